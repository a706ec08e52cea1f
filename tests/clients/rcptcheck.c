/*
 * The recipient check inside an SMTP server: standard output is the
 * conversation, and the server brings its own libraries.
 *
 *     rcptcheck DOMAIN <commands
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vpopmail.h>

#include <vauth.h>
#include <vpopmail_config.h>

int vmaildir_readquota(const char *dir, const char *quota);

/* Such servers have these; the library's own must not be found instead. */
int cdb_seek(int, const char *, unsigned, unsigned long *), open_read(char *),
    case_diffs(char *, char *), stralloc_ready(void *, unsigned), now(void),
    control_init(void);
unsigned int byte_chr(char *, unsigned int, int), str_len(char *);
void out(const char *), flush(void);

int
cdb_seek(int fd, const char *key, unsigned length, unsigned long *data)
{
	(void)fd;
	(void)key;
	(void)length;
	(void)data;
	abort();
}

int
open_read(char *name)
{
	(void)name;
	abort();
}

int
case_diffs(char *a, char *b)
{
	return strcmp(a, b);
}

int
stralloc_ready(void *s, unsigned n)
{
	(void)s;
	(void)n;
	abort();
}

int
now(void)
{
	return 0;
}

int
control_init(void)
{
	return 1;
}

unsigned int
byte_chr(char *s, unsigned int n, int c)
{
	(void)s;
	(void)c;
	return n;
}

unsigned int
str_len(char *s)
{
	return (unsigned)strlen(s);
}

void
out(const char *s)
{
	fputs(s, stdout);
}

void
flush(void)
{
	fflush(stdout);
}

/* Its own end, too: what calls it has it said in the conversation. */
void
_exit(int status)
{
	out("221 bye\r\n");
	flush();
	_Exit(status);
}

static const char *
check(char *user, char *domain)
{
	struct vqpasswd *pw;
	char path[512], quota[64];

	if (!vget_assign(domain, NULL, 0, NULL, NULL))
		return "550 no domain\r\n";
	pw = vauth_getpw(user, domain);
#ifdef VALIAS
	if (!pw && valias_select(user, domain))
		return "250 alias\r\n";
#endif
	if (!pw)
		return "550 no mailbox\r\n";
	if (pw->pw_gid & BOUNCE_MAIL)
		return "550 bounces\r\n";
	snprintf(path, sizeof path, "%s/Maildir", pw->pw_dir);
	snprintf(quota, sizeof quota, "%s", format_maildirquota(pw->pw_shell));
	if (strcmp(quota, "NOQUOTA") != 0 &&
	    vmaildir_readquota(path, quota) >= 100)
		return "452 full\r\n";
	return "250 ok\r\n";
}

int
main(void)
{
	char line[1000], *at;
	char cwd[4096], after[4096];
	struct sigaction action, before;
	mode_t mask;

	sigaction(SIGALRM, NULL, &before);
	mask = umask(0137);
	if (!getcwd(cwd, sizeof cwd))
		return 2;
	out("220 ready\r\n");
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		at = strchr(line, '@');
		if (at)
			*at++ = '\0';
		out(check(line, at ? at : DEFAULT_DOMAIN));
		flush();
	}
	vclose();
	/* C5, C18 */
	sigaction(SIGALRM, NULL, &action);
	if (umask(mask) != 0137 || action.sa_handler != before.sa_handler ||
	    !getcwd(after, sizeof after) || strcmp(cwd, after) != 0)
		return 1;
	_exit(0);
}
