/*
 * authvchkpw: the login module of Courier IMAP before its login daemon
 * (facts: runtime 6), by the same rules as vchkpw.
 *
 * What cannot be answered here is handed, unchanged, to the next module.  A
 * server program only starts with the ids of the domain, in the home of the
 * account.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nodump.h"
#include "base/text.h"
#include "core/authlog.h"
#include "core/name.h"
#include "core/userdir.h"
#include "runtime/privilege.h"
#include "runtime/roaming.h"

#define DATA_FD  3
#define DATA_MAX 512
#define NO_MORE  "authvchkpw: no more modules will be tried\n"

struct module {
	int argc;
	char **argv;
	char data[DATA_MAX + 2]; /* as it was sent */
	size_t size;
	char text[DATA_MAX + 2]; /* the same, cut into fields */
	const char *service, *type, *name, *secret;
	struct vpop *vp;
	struct vp_login login;
	struct vp_session session;
	char peer[VPOP_IP_SIZE];
	char log_name[32];
};

static void
wipe(struct module *module)
{
	explicit_bzero(module->data, sizeof module->data);
	explicit_bzero(module->text, sizeof module->text);
	explicit_bzero(&module->session.user, sizeof module->session.user);
}

/* 0, 1 or 2: the exit status. */
static int
read_data(struct module *module)
{
	while (module->size <= DATA_MAX) {
		ssize_t got = read(DATA_FD, module->data + module->size,
		    DATA_MAX + 1 - module->size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return 1;
		if (got == 0)
			break;
		module->size += (size_t)got;
	}
	close(DATA_FD);
	if (module->size > DATA_MAX) {
		fputs("authvchkpw: auth data too long\n", stderr);
		return 2;
	}
	return 0;
}

/* The four lines; -1 if the last one is not there. */
static int
cut_data(struct module *module)
{
	const char **fields[] = { &module->service, &module->type,
		&module->name, &module->secret };
	char *rest = module->text;

	memcpy(module->text, module->data, module->size);
	for (size_t i = 0; i < 4; i++)
		*fields[i] = rest ? strsep(&rest, "\n") : NULL;
	if (module->secret && (rest || *module->secret != '\0'))
		return 0;
	fputs("authvchkpw: auth data too short\n", stderr);
	return -1;
}

/* Give the next module what we were given; returns only if that fails. */
static int
next_module(struct module *module)
{
	int ends[2];

	if (pipe(ends) != 0)
		return 1;
	/* At most DATA_MAX bytes: the pipe takes them at once. */
	ssize_t done = write(ends[1], module->data, module->size);
	close(ends[1]);
	if (done != (ssize_t)module->size)
		return 1;
	if (ends[0] != DATA_FD) {
		if (dup2(ends[0], DATA_FD) < 0)
			return 1;
		close(ends[0]);
	}
	wipe(module);
	execvp(module->argv[1], module->argv + 1);
	fprintf(
	    stderr, "authvchkpw: %s: %s\n", module->argv[1], strerror(errno));
	return 1;
}

/* Back to the login program, which asks again. */
static int
start_again(struct module *module)
{
	AUTO_FREE char *login = NULL;
	AUTO_FREE char *self = NULL;
	AUTO_FREE char *server = NULL;
	char maildir[] = "Maildir";
	const char *home = module->vp->home;

	fputs("AUTHFAILURE\n", stderr);
	if (asprintf(&login, "%s/sbin/imaplogin", home) < 0)
		login = NULL;
	if (asprintf(&self, "%s/libexec/authlib/authvchkpw", home) < 0)
		self = NULL;
	if (asprintf(&server, "%s/bin/imapd", home) < 0)
		server = NULL;
	wipe(module);
	if (login && self && server) {
		char *argv[] = { login, self, server, maildir, NULL };

		execv(login, argv);
	}
	return 1;
}

static int
wrong_secret(struct module *module)
{
	if (module->argc > 3)
		return next_module(module);
	fputs(NO_MORE, stderr);
	return start_again(module);
}

static int
unknown(struct module *module)
{
	struct vpop_domain domain;
	AUTO_FREE char *name = strdup(module->session.domain_part);

	if (name)
		vp_make_printable(name);
	if (vpop_class(vpop_domain_get(module->vp, module->session.domain_part,
		&domain)) == VPOP_CLASS_ABSENT)
		fprintf(stderr, "authvchkpw: domain %s does not exist\n",
		    name ? name : "");
	else
		fprintf(stderr, "authvchkpw: inquery: %s\n",
		    vpop_code_text(VA_USER_DOES_NOT_EXIST));
	return next_module(module);
}

static int
bad_name(struct module *module)
{
	AUTO_FREE char *name = strdup(module->name);

	if (name)
		vp_make_printable(name);
	fprintf(stderr, "authvchkpw: could not parse email [%s]\n",
	    name ? name : "");
	return next_module(module);
}

static void VP_PRINTF(2, 3)
    log_event(struct module *module, const char *format, ...)
{
	va_list args;
	AUTO_FREE char *words = NULL;
	AUTO_FREE char *line = NULL;

	va_start(args, format);
	if (vasprintf(&words, format, args) < 0)
		words = NULL;
	va_end(args);
	if (words)
		line = vp_authlog_event(module->log_name, module->peer,
		    &module->session, "%s", words);
	vp_authlog_send(module->vp, VP_AUTHLOG_INTERNAL, line, &module->session,
	    &module->login);
}

/* ---- after a right password ------------------------------------------- */

static void
open_relay(struct module *module)
{
	if (!getenv("NORELAY") && vp_roaming_login(module->vp, &module->session,
				      module->login.service, module->peer) != 0)
		log_event(
		    module, "relay not opened (%s)", vpop_message(module->vp));
}

static int
write_lastauth(struct module *module)
{
	const struct vp_session *session = &module->session;

	if (!module->vp->set.auth_logging || session->is_system)
		return 0;
	if (vp_privilege_act_as(session->domain.uid, session->domain.gid) == 0)
		(void)vpop_lastauth_set(module->vp, &session->user,
		    module->peer[0] ? module->peer : VP_NEVER_IP);
	return vp_privilege_resume();
}

static int
enter_home(struct module *module)
{
	const struct vp_session *session = &module->session;

	if (session->is_system)
		return chdir(session->home);
	AUTO_CLOSE int home = vp_userdir_open(&session->domain, &session->user);
	return home < 0 ? -1 : fchdir(home);
}

/* 0, or -1 with the reason in the log. */
static int
enter(struct module *module)
{
	struct vp_session *session = &module->session;
	uid_t uid = session->is_system ? session->uid : session->domain.uid;
	gid_t gid = session->is_system ? session->gid : session->domain.gid;

	if (!session->is_system &&
	    vpop_user_make_dir(module->vp, &session->user) != 0) {
		log_event(module, "dir auto create failed (%s)",
		    vpop_message(module->vp));
		return -1;
	}
	open_relay(module);
	if (write_lastauth(module) != 0 ||
	    vp_privilege_become(module->vp, uid, gid) != VP_PRIVILEGE_DONE) {
		log_event(module, "setuid %lu failed errno %d",
		    (unsigned long)uid, errno);
		return -1;
	}
	if (enter_home(module) != 0) {
		log_event(module, "chdir failed errno %d", errno);
		return -1;
	}
	return 0;
}

/* Courier knows quotas in the form of Maildir++. */
static int
set_quota(const struct vpop_user *user)
{
	struct vpop_quota quota;

	if (vpop_quota_parse(user->quota, &quota) == 0 &&
	    (quota.bytes > 0 || quota.messages > 0))
		return setenv("MAILDIRQUOTA", user->quota, 1);
	return unsetenv("MAILDIRQUOTA");
}

static int
set_environment(const struct vp_session *session)
{
	const char *home =
	    session->is_system ? session->home : session->user.dir;
	char address[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	AUTO_FREE char *maildir = NULL;

	if (vp_format(address, sizeof address, "%s%s%s", session->user_part,
		session->domain_part[0] ? "@" : "", session->domain_part) != 0)
		return -1;
	if (asprintf(&maildir, "%s/Maildir", home) < 0) {
		maildir = NULL;
		return -1;
	}
	if (setenv("AUTHENTICATED", session->user_part, 1) != 0 ||
	    setenv("AUTHADDR", address, 1) != 0 ||
	    setenv("AUTHFULLNAME", session->user.gecos, 1) != 0 ||
	    setenv("MAILDIR", maildir, 1) != 0)
		return -1;
	return set_quota(&session->user);
}

static int
start_server(struct module *module)
{
	char **server = module->argv + module->argc - 2;

	if (enter(module) != 0 || set_environment(&module->session) != 0)
		return 1;
	wipe(module);
	execvp(server[0], server);
	fprintf(stderr, "authvchkpw: %s: %s\n", server[0], strerror(errno));
	return 1;
}

/* ---- the answer ------------------------------------------------------- */

static int
answer(struct module *module)
{
	enum vp_authlog_class class;

	(void)vp_login(module->vp, &module->login, &module->session);
	AUTO_FREE char *line = vp_authlog_login(module->vp, module->log_name,
	    &module->login, &module->session, &class);
	vp_authlog_send(
	    module->vp, class, line, &module->session, &module->login);

	switch (module->session.result) {
	case VP_LOGIN_OK:
		return start_server(module);
	case VP_LOGIN_NO_NAME:
	case VP_LOGIN_BAD_NAME:
		return bad_name(module);
	case VP_LOGIN_NO_USER:
	case VP_LOGIN_SYSTEM_NO_USER:
		return unknown(module);
	case VP_LOGIN_TEMPORARY:
		fprintf(stderr, "authvchkpw: inquery: %s\n",
		    vpop_message(module->vp));
		return next_module(module);
	case VP_LOGIN_FORBIDDEN:
		fprintf(stderr, "authvchkpw: %s disabled for this account",
		    module->service);
		return start_again(module);
	default:
		return wrong_secret(module);
	}
}

/* -1: not a service of ours. */
static int
find_service(struct module *module)
{
	static const struct {
		const char *name;
		enum vp_service service;
	} services[] = { { "imap", VP_IMAP }, { "pop3", VP_POP },
		{ "webmail", VP_WEBMAIL } };

	for (size_t i = 0; i < sizeof services / sizeof *services; i++)
		if (strcmp(module->service, services[i].name) == 0) {
			module->login.service = services[i].service;
			return vp_format(module->log_name,
			    sizeof module->log_name, "vchkpw-%s",
			    services[i].name);
		}
	return -1;
}

static int
run(struct module *module)
{
	if (strcmp(module->type, "pass") == 0) {
		fputs("authvchkpw: Password Change not supported\n", stderr);
		return next_module(module);
	}
	if (strcmp(module->type, "login") != 0 || find_service(module) != 0)
		return next_module(module);
	if (vpop_open(&module->vp, 0) != 0) {
		fprintf(stderr, "authvchkpw: inquery: %s\n",
		    module->vp ? vpop_message(module->vp) : "no memory");
		return next_module(module);
	}
	vp_peer_ip(module->peer);
	module->login.name = module->name;
	module->login.secret = module->secret;
	module->login.challenge = "";
	module->login.peer = module->peer;
	return answer(module);
}

int
main(int argc, char **argv)
{
	struct module module = { .argc = argc, .argv = argv };
	int rc;

	/* A core file would hold the password. */
	vp_no_dump();
	if (argc < 3) {
		fputs(NO_MORE, stderr);
		return 1;
	}
	rc = read_data(&module);
	if (rc == 0 && cut_data(&module) != 0)
		rc = 2;
	if (rc == 0)
		rc = run(&module);
	wipe(&module);
	vpop_close(module.vp);
	return rc;
}
