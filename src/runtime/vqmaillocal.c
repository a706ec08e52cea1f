/*
 * vqmaillocal: delivers with the arguments of qmail-local.  A thin wrapper:
 * it sets the environment that qmail-local would set, and delivers as
 * vdelivermail does, by the default action of the domain.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "core/handle.h"
#include "runtime/localdelivery.h"

#define EXIT_DEFER 111

/* Of argv; [1] is "--". */
enum argument {
	USER = 2,
	HOME,
	LOCAL,
	DASH,
	EXT,
	HOST,
	SENDER,
	DEFAULT,
	ARGUMENTS
};

static int VP_PRINTF(2, 3) set(const char *name, const char *format, ...)
{
	AUTO_FREE char *value = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&value, format, args) < 0)
		value = NULL;
	va_end(args);
	return value ? setenv(name, value, 1) : -1;
}

static int
set_environment(char **argv)
{
	const char *sender = argv[SENDER];
	char date[64];
	struct tm tm;
	time_t now = time(NULL);

	if (!gmtime_r(&now, &tm) ||
	    strftime(date, sizeof date, "%a %b %d %H:%M:%S %Y", &tm) == 0)
		return -1;
	if (set("USER", "%s", argv[USER]) != 0 ||
	    set("HOME", "%s", argv[HOME]) != 0 ||
	    set("LOCAL", "%s", argv[LOCAL]) != 0 ||
	    set("EXT", "%s", argv[EXT]) != 0 ||
	    set("HOST", "%s", argv[HOST]) != 0 ||
	    set("DEFAULT", "%s", argv[EXT]) != 0 ||
	    set("SENDER", "%s", sender) != 0 ||
	    set("NEWSENDER", "%s", sender) != 0)
		return -1;
	if (set("RECIPIENT", "%s@%s", argv[LOCAL], argv[HOST]) != 0 ||
	    set("RPLINE", "Return-Path: <%s>\n", sender) != 0 ||
	    set("DTLINE", "Delivered-To: %s@%s\n", argv[LOCAL], argv[HOST]) !=
		0)
		return -1;
	return set(
	    "UFLINE", "From %s %s\n", *sender ? sender : "MAILER-DAEMON", date);
}

/* The default action of the domain, so that nobody is bounced here who would
 * not be by qmail-local: 0, or the exit status. */
static int
find_action(const char *host, char action[VPOP_DIR_SIZE])
{
	struct vpop *vp;
	int rc = vpop_open(&vp, 0);

	if (rc == 0)
		rc = vpop_domain_get_default(vp, host, action, VPOP_DIR_SIZE);
	if (vpop_class(rc) == VPOP_CLASS_ABSENT) {
		action[0] = '\0';
		rc = 0;
	}
	if (rc != 0)
		printf("vqmaillocal: deferred, %s (#4.3.0)\n",
		    vp ? vpop_message(vp) : "no memory");
	else if (action[0] == '\0')
		rc = vp_copy(action, VPOP_DIR_SIZE, "bounce-no-mailbox");
	vpop_close(vp);
	return rc == 0 ? 0 : EXIT_DEFER;
}

int
main(int argc, char **argv)
{
	char name[] = "vqmaillocal", empty[] = "";
	char action[VPOP_DIR_SIZE];
	char *arguments[] = { name, empty, action, NULL };

	if (argc != ARGUMENTS || strcmp(argv[1], "--") != 0) {
		puts("vqmaillocal: wrong number of parameters");
		return EXIT_DEFER;
	}
	for (int i = USER; i < ARGUMENTS; i++)
		if (!vp_is_clean(argv[i])) {
			puts("vqmaillocal: invalid parameters");
			return EXIT_DEFER;
		}
	if (set_environment(argv) != 0) {
		printf("vqmaillocal: deferred, %s (#4.3.0)\n", strerror(errno));
		return EXIT_DEFER;
	}
	int rc = find_action(argv[HOST], action);
	if (rc != 0) {
		(void)fflush(stdout);
		return rc;
	}
	return vp_localdelivery_main(3, arguments);
}
