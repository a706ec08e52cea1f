/* A client's own, with names that old headers of the library had too. */
#define PACKAGE         "some-client"
#define PACKAGE_VERSION "1.2.3"
#define VERSION         "1.2.3"
#define QMAILDIR        "/client/qmail"
