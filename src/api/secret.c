/* Making and asking for passwords. */
#include "config.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "api/api.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/replace.h"
#include "base/text.h"
#include "vpopmail.h"

#define SALT "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define PASSWORD                                                               \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@!#%*"
#define SHA512      "$6$"
#define SHORT_SALT  8 /* characters */
#define PASSWD_MODE 0600
#define TRIES       16 /* to type the same twice */

/* SHA-512 with a salt that leaves the text short enough for the 100 bytes of
 * older programs. */
static int
short_hash(const char *clear, char *ret, size_t size)
{
	char setting[sizeof SHA512 + SHORT_SALT] = SHA512;
	struct crypt_data *data = calloc(1, sizeof *data);
	const char *made = NULL;
	int rc = -1;

	if (data &&
	    vp_random_text(setting + sizeof SHA512 - 1, SHORT_SALT, SALT) == 0)
		made = crypt_rn(clear, setting, data, sizeof *data);
	if (made && *made != '*')
		rc = vp_copy(ret, size, made);
	if (data)
		explicit_bzero(data, sizeof *data);
	free(data);
	return rc;
}

VPOP_EXPORT int
mkpasswd3(char *clearpass, char *crypted, int ssize)
{
	struct vpop *vp = vp_api_handle();
	char hash[VPOP_PASSWD_SIZE];
	int code;

	if (!clearpass || !crypted)
		return vp_api_result(VA_NULL_POINTER);
	if (ssize <= 0)
		return vp_api_result(VA_CRYPT_FAILED);
	crypted[0] = '\0';
	if (!vp)
		return verrori;
	code = vpop_password_hash(vp, clearpass, hash);
	if (code < 0)
		return vp_api_result(code);
	if (vp_copy(crypted, (size_t)ssize, hash) == 0)
		return vp_api_result(0);
	if (strncmp(hash, SHA512, sizeof SHA512 - 1) == 0 &&
	    short_hash(clearpass, crypted, (size_t)ssize) == 0)
		return vp_api_result(0);
	return vp_api_result(VA_CRYPT_FAILED);
}

VPOP_EXPORT char
randltr(void)
{
	char text[2] = ".";

	(void)vp_random_text(text, 1, SALT);
	return text[0];
}

static char *
random_text(char *buffer, int len)
{
	if (!buffer)
		return NULL;
	if (len <= 0 || vp_random_text(buffer, (size_t)len, PASSWORD) != 0)
		buffer[0] = '\0';
	return buffer;
}

VPOP_EXPORT char *
vrandom_pass(char *buffer, int len)
{
	return random_text(buffer, len);
}

VPOP_EXPORT char *
vgen_pass(int len)
{
	return random_text(malloc(len > 0 ? (size_t)len + 1 : 1), len);
}

/* ---- asking ------------------------------------------------------------ */

/* Read a line into pass without showing it.  0, or -1 at the end of input or
 * for a longer one. */
static int
ask(FILE *terminal, const char *prompt, char *pass, size_t size)
{
	struct termios old, quiet;
	AUTO_FREE char *line = NULL;
	size_t cap = 0;
	int fd = fileno(terminal);
	int is_terminal = tcgetattr(fd, &old) == 0;

	/* Before the prompt: who types at once loses nothing and shows nothing.
	 */
	if (is_terminal) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		is_terminal = tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
	}
	fputs(prompt, terminal);
	fflush(terminal);
	ssize_t length = vp_line_read(terminal, &line, &cap, size - 1);
	if (is_terminal)
		tcsetattr(fd, TCSAFLUSH, &old);
	fputc('\n', terminal);
	if (length < 0)
		return -1;
	memcpy(pass, line, (size_t)length + 1);
	explicit_bzero(line, (size_t)length);
	return 0;
}

/* Twice the same: 1, 0 if not, -1 at the end of input. */
static int
ask_twice(FILE *terminal, const char *user, char *pass, size_t size)
{
	AUTO_FREE char *prompt = NULL;
	int rc = -1;

	if (asprintf(&prompt, "Please enter password for %s: ", user) < 0) {
		prompt = NULL;
		return -1;
	}
	AUTO_FREE char *again = calloc(1, size);
	if (again && ask(terminal, prompt, pass, size) == 0 &&
	    ask(terminal, "enter password again: ", again, size) == 0)
		rc = vp_equal_secret(pass, again);
	if (again)
		explicit_bzero(again, size);
	return rc;
}

VPOP_EXPORT void
vgetpasswd(char *user, char *pass, size_t len)
{
	AUTO_FCLOSE FILE *terminal = NULL;
	int rc = 0;

	if (!pass || len == 0)
		return;
	pass[0] = '\0';
	terminal = fopen("/dev/tty", "r+e");
	for (int i = 0; i < TRIES && terminal && user && rc == 0; i++) {
		rc = ask_twice(terminal, user, pass, len);
		if (rc == 0)
			fputs("Passwords do not match, try again\n", terminal);
	}
	if (rc != 1)
		explicit_bzero(pass, len);
	vp_api_result(rc == 1 ? 0 : VA_PWSTR_EMPTY);
}

/* ---- copies of a hash -------------------------------------------------- */

VPOP_EXPORT int
vsqwebmail_pass(char *dir, char *crypted, uid_t uid, gid_t gid)
{
	AUTO_CLOSE int fd = dir ? vp_api_maildir(dir) : -1;
	char text[VPOP_PASSWD_SIZE + 2];

	if (!dir)
		return 0;
	if (fd < 0 || !crypted ||
	    vp_format(text, sizeof text, "\t%s\n", crypted) != 0 ||
	    vp_replace_text(fd, "sqwebmail-pass", text, strlen(text),
		PASSWD_MODE, uid, gid) != 0)
		return vp_api_result(VA_SQWEBMAIL_PASS_FAIL);
	return vp_api_result(0);
}

VPOP_EXPORT char *
dec2hex(unsigned char *digest)
{
	static const char digits[] = "0123456789abcdef";
	static char text[33];

	text[0] = '\0';
	for (int i = 0; digest && i < 16; i++) {
		text[i * 2] = digits[digest[i] >> 4];
		text[i * 2 + 1] = digits[digest[i] & 15];
		text[i * 2 + 2] = '\0';
	}
	return text;
}
