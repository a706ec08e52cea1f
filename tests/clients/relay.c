/*
 * An IMAP server that lets the addresses of its users relay: the address is
 * put into the environment after the login.
 *
 *     relay ADDRESS
 */
#include <vpopmail.h>

#include <vauth.h>

#include "check.h"

int
main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	setenv("TCPREMOTEIP", argv[1], 1);
	CHECK("vauth_open", vauth_open(0) == 0);
	CHECK("open", open_smtp_relay() == 0);
	CHECK("again", open_smtp_relay() == 0);
	CHECK("rules", update_rules() == 0);
	vclose();
	return failed;
}
