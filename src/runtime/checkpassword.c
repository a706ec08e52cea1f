/*
 * vchkpw: reads a login on descriptor 3, checks it, and becomes the next
 * program with the rights and in the folder of the account.
 *
 * Invariants: the next program never runs with a privilege that neither the
 * account nor, for SMTP, the starter has; the files of an account are written
 * with its domain's ids; secrets are wiped before the next program starts.
 * What fails here and is not the client's fault ends with 111, whatever older
 * releases did: every server takes that for a temporary error.
 */
#include "config.h"

#include "runtime/checkpassword.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/nodump.h"
#include "base/text.h"
#include "core/authlog.h"
#include "core/name.h"
#include "core/packet.h"
#include "core/userdir.h"
#include "runtime/privilege.h"
#include "runtime/roaming.h"
#include "runtime/service.h"

#define PACKET_FD 3

/* Exit codes are a public interface: Dovecot and others know them. */
enum {
	EXIT_DENIED = 1,
	EXIT_LOGIN_FAILED = 3,
	EXIT_MISUSE = 11,
	EXIT_NO_NAME = 12,
	EXIT_NO_SECRET = 13,
	EXIT_NO_PASSWORD = 15,
	EXIT_BAD_NAME = 20,
	EXIT_SYSTEM_NO_USER = 21,
	EXIT_SYSTEM_NO_SHADOW = 22,
	EXIT_SYSTEM_BAD_SECRET = 23,
	EXIT_TEMPORARY = 111
};

static const unsigned char exit_codes[] = {
	[VP_LOGIN_NO_NAME] = EXIT_NO_NAME,
	[VP_LOGIN_NO_SECRET] = EXIT_NO_SECRET,
	[VP_LOGIN_BAD_NAME] = EXIT_BAD_NAME,
	[VP_LOGIN_NO_USER] = EXIT_LOGIN_FAILED,
	[VP_LOGIN_NO_PASSWORD] = EXIT_NO_PASSWORD,
	[VP_LOGIN_BAD_SECRET] = EXIT_LOGIN_FAILED,
	[VP_LOGIN_FORBIDDEN] = EXIT_DENIED,
	[VP_LOGIN_SYSTEM_NO_USER] = EXIT_SYSTEM_NO_USER,
	[VP_LOGIN_SYSTEM_NO_SHADOW] = EXIT_SYSTEM_NO_SHADOW,
	[VP_LOGIN_SYSTEM_BAD_SECRET] = EXIT_SYSTEM_BAD_SECRET,
	[VP_LOGIN_TEMPORARY] = EXIT_TEMPORARY,
};

struct check {
	struct vpop *vp;
	struct vp_service_name service;
	char peer[VPOP_IP_SIZE];
	struct vp_login login;
	struct vp_session session;
};

/* Log an internal failure; returns the exit status. */
static int VP_PRINTF(2, 3) fail(struct check *check, const char *format, ...)
{
	va_list args;
	AUTO_FREE char *words = NULL;
	AUTO_FREE char *line = NULL;

	va_start(args, format);
	if (vasprintf(&words, format, args) < 0)
		words = NULL;
	va_end(args);
	if (words)
		line = vp_authlog_event(check->service.log_name, check->peer,
		    &check->session, "%s", words);
	vp_authlog_send(check->vp, VP_AUTHLOG_INTERNAL, line, &check->session,
	    &check->login);
	return EXIT_TEMPORARY;
}

static int
misuse(const struct vp_service_name *service)
{
	fprintf(stderr,
	    "%s: vchkpw is only for talking with qmail-popup and "
	    "qmail-pop3d. It is not for runnning on the command line.\n",
	    service->log_name);
	return EXIT_MISUSE;
}

/* What the starter of a set-uid program may not decide. */
static void
forget_environment(void)
{
	if (!vp_privilege_is_secure())
		return;
	unsetenv("VPOPMAIL_DOMAIN");
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
}

/* Dovecot asks for an account without its password; only those who can read
 * the accounts anyway may. */
static int
is_lookup(const struct vpop *vp, const struct vp_packet *packet)
{
	const char *authorized = getenv("AUTHORIZED");

	return authorized && strcmp(authorized, "1") == 0 &&
	       packet->secret[0] == '\0' && !vp_privilege_is_secure() &&
	       (getuid() == 0 || getuid() == vp->uid);
}

static void
log_result(struct check *check)
{
	enum vp_authlog_class class;
	AUTO_FREE char *line = vp_authlog_login(check->vp,
	    check->service.log_name, &check->login, &check->session, &class);

	vp_authlog_send(check->vp, class, line, &check->session, &check->login);
}

/* SMTP needs no home, only a name for HOME; the others need all of it. */
static int
make_home(struct check *check)
{
	struct vpop_user *user = &check->session.user;

	if (check->session.is_system)
		return 0;
	if (check->service.service == VP_SMTP && user->dir[0] != '\0')
		return 0;
	if (vpop_user_make_dir(check->vp, user) != 0)
		return fail(check, "dir auto create failed (%s)",
		    vpop_message(check->vp));
	return 0;
}

/* Never as root, and never a reason to refuse the login. */
static int
write_lastauth(struct check *check)
{
	const struct vp_session *session = &check->session;

	if (!check->vp->set.auth_logging || session->is_system ||
	    check->login.lookup)
		return 0;
	if (vp_privilege_act_as(session->domain.uid, session->domain.gid) == 0)
		(void)vpop_lastauth_set(check->vp, &session->user, check->peer);
	if (vp_privilege_resume() != 0)
		return fail(check, "setuid failed errno %d", errno);
	return 0;
}

/* With the rights to write the site's files, and no reason to refuse the
 * login either. */
static void
open_relay(struct check *check)
{
	if (!check->login.lookup &&
	    vp_roaming_login(check->vp, &check->session, check->service.service,
		check->peer) != 0)
		(void)fail(
		    check, "relay not opened (%s)", vpop_message(check->vp));
}

static int
drop(struct check *check)
{
	const struct vp_session *session = &check->session;
	uid_t uid = session->is_system ? session->uid : session->domain.uid;
	gid_t gid = session->is_system ? session->gid : session->domain.gid;
	enum vp_privilege_step step;

	if (check->service.service == VP_SMTP) {
		uid = getuid();
		gid = getgid();
		step = vp_privilege_give_up();
	} else {
		step = vp_privilege_become(check->vp, uid, gid);
	}
	switch (step) {
	case VP_PRIVILEGE_GROUPS:
		return fail(check, "setgroups failed errno %d", errno);
	case VP_PRIVILEGE_GID:
		return fail(check, "setgid %lu failed errno %d",
		    (unsigned long)gid, errno);
	case VP_PRIVILEGE_UID:
		return fail(check, "setuid %lu failed errno %d",
		    (unsigned long)uid, errno);
	default:
		return 0;
	}
}

static const char *
home_of(const struct vp_session *session)
{
	return session->is_system ? session->home : session->user.dir;
}

static int
change_to_home(const struct vp_session *session)
{
	if (session->is_system)
		return chdir(session->home);

	AUTO_CLOSE int home = vp_userdir_open(&session->domain, &session->user);
	return home < 0 ? -1 : fchdir(home);
}

static int
enter_home(struct check *check)
{
	if (change_to_home(&check->session) != 0)
		return fail(check, "chdir failed errno %d %s", errno,
		    home_of(&check->session));
	return 0;
}

static int
set_variable(struct check *check, const char *name, const char *value)
{
	if (setenv(name, value, 1) != 0)
		return fail(check, "putenv(%s) failed errno %d", name, errno);
	return 0;
}

static int
set_environment(struct check *check)
{
	const struct vp_session *session = &check->session;
	char user[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	int rc = vp_copy(user, sizeof user, session->user_part);

	if (check->vp->set.user_is_address && !session->is_system)
		rc = vp_format(user, sizeof user, "%s@%s", session->user_part,
		    session->domain_part);
	if (rc == 0)
		rc = set_variable(check, "USER", user);
	if (rc == 0)
		rc = set_variable(check, "HOME", home_of(session));
	if (rc == 0)
		rc = set_variable(check, "SHELL", "NOLOGIN");
	if (rc == 0)
		rc = set_variable(check, "VPOPUSER", session->address);
	/* checkpassword-reply tells Dovecot by it that this was a lookup. */
	if (rc == 0 && check->login.lookup)
		rc = set_variable(check, "AUTHORIZED", "2");
	return rc;
}

/* Everything between the right password and the next program: 0 or the exit
 * status. */
static int
enter(struct check *check)
{
	int rc = make_home(check);

	if (rc == 0)
		rc = write_lastauth(check);
	if (rc == 0) {
		open_relay(check);
		rc = drop(check);
	}
	if (rc == 0 && check->service.service != VP_SMTP)
		rc = enter_home(check);
	if (rc == 0)
		rc = set_environment(check);
	return rc;
}

static void
wipe(struct check *check, struct vp_packet *packet)
{
	explicit_bzero(packet->data, sizeof packet->data);
	explicit_bzero(&check->session.user, sizeof check->session.user);
}

static int
run(struct check *check, struct vp_packet *packet, char **next)
{
	if (vp_login(check->vp, &check->login, &check->session) !=
	    VP_LOGIN_OK) {
		log_result(check);
		return exit_codes[check->session.result];
	}
	if (!check->login.lookup)
		log_result(check);

	int rc = enter(check);
	if (rc != 0)
		return rc;
	wipe(check, packet);
	execvp(next[0], next);
	return fail(check, "exec failed errno %d %s", errno, next[0]);
}

/* The settings are read: they say how the rest is done. */
static int
start(struct check *check, struct vp_packet *packet, int too_long, char **next)
{
	vp_peer_ip(check->peer);
	vp_service_reclassify(
	    check->vp->set.webmail_addresses, check->peer, &check->service);
	if (too_long) {
		AUTO_FREE char *line = NULL;

		if (asprintf(&line, "%s: login data too long :%s",
			check->service.log_name, check->peer) < 0)
			line = NULL;
		check->login.peer = check->peer;
		vp_authlog_send(check->vp, VP_AUTHLOG_PASSWD, line,
		    &check->session, &check->login);
		return EXIT_BAD_NAME;
	}
	check->login = (struct vp_login){
		.name = packet->name,
		.secret = packet->secret,
		.challenge = packet->challenge,
		.service = check->service.service,
		.webmail_pop = check->service.webmail_pop,
		.lookup = is_lookup(check->vp, packet),
		.peer = check->peer,
	};
	return run(check, packet, next);
}

int
vp_checkpassword_main(int argc, char **argv)
{
	struct check check = { .vp = NULL };
	struct vp_packet packet;
	int rc, too_long = 0;

	/* A core file would hold the password. */
	vp_no_dump();
	forget_environment();
	vp_service_detect(argc > 1 ? argv[1] : NULL, &check.service);
	if (argc < 2)
		return misuse(&check.service);
	if (vp_packet_read(PACKET_FD, &packet) != 0) {
		if (errno != EMSGSIZE)
			return misuse(&check.service);
		too_long = 1;
	}
	close(PACKET_FD);

	if (vpop_open(&check.vp, 0) == 0) {
		rc = start(&check, &packet, too_long, argv + 1);
	} else {
		/* The settings, which say where to log, are not known. */
		fprintf(stderr, "vchkpw: %s\n",
		    check.vp ? vpop_message(check.vp) : "no memory");
		rc = EXIT_TEMPORARY;
	}
	wipe(&check, &packet);
	vpop_close(check.vp);
	return rc;
}
