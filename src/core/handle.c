/*
 * The handle: reading the settings, and the last failure.
 *
 * uid, gid and home are found when the handle is opened, never at build
 * time; afterwards the settings of these names hold what was found.  What
 * stands in the environment counts only when the program is not set-uid.
 */
#include "config.h"

#include "core/handle.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/defaults.h"

#define PASSWD_BYTES (1 << 20)  /* longest passwd(5) entry looked at */
#define ID_MAX       4294967294 /* 4294967295 is (uid_t)-1 */

/* An entry of passwd(5) and the memory it points into. */
struct account {
	struct passwd pw;
	char *buffer;
};

/* 1 found, 0 no such account, -1 and errno. */
static int
account_find(const char *name, struct account *ret)
{
	struct passwd *found = NULL;

	*ret = (struct account){ .buffer = NULL };
	for (size_t size = 1024; size <= PASSWD_BYTES; size *= 4) {
		char *larger = realloc(ret->buffer, size);

		if (!larger)
			return -1;
		ret->buffer = larger;
		int rc = getpwnam_r(name, &ret->pw, larger, size, &found);
		if (rc == 0 || rc == ENOENT || rc == ESRCH)
			return found != NULL;
		errno = rc;
		if (rc != ERANGE)
			return -1;
	}
	return -1;
}

/* The settings file, malloc'd; "" when there is neither the variable nor the
 * account: then the defaults have to do. */
static char *
settings_path(void)
{
	const char *named = secure_getenv("VPOPMAIL_CONF");
	struct account account = { .buffer = NULL };
	char *path = NULL;

	if (named && *named)
		return strdup(named);
	if (account_find(VP_DEFAULT_VPOPUSER, &account) == 1) {
		if (asprintf(&path, "%s/etc/vpopmail.conf", account.pw.pw_dir) <
		    0)
			path = NULL;
	} else {
		path = strdup("");
	}
	free(account.buffer);
	return path;
}

/* The number in the setting text, else the one of the account. */
static int
resolve_id(struct vpop *vp, const char *name, const char *text,
    unsigned long of_account, unsigned long *ret_id)
{
	int64_t id;

	*ret_id = of_account;
	if (*text == '\0')
		return 0;
	if (vp_number(text, 0, ID_MAX, &id) != 0)
		return vp_fail(vp, VA_PARSE_ERROR,
		    "setting %s: '%s' is not a number of a user or group", name,
		    text);
	*ret_id = (unsigned long)id;
	return 0;
}

static int
no_memory(struct vpop *vp)
{
	return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
}

/* Let the settings say what was found. */
static int
set_back(struct vpop *vp)
{
	char *uid = NULL, *gid = NULL;

	if (asprintf(&uid, "%lu", (unsigned long)vp->uid) < 0 ||
	    asprintf(&gid, "%lu", (unsigned long)vp->gid) < 0) {
		free(uid);
		return no_memory(vp);
	}
	free(vp->set.uid);
	free(vp->set.gid);
	vp->set.uid = uid;
	vp->set.gid = gid;

	char *home = strdup(vp->home);
	if (!home)
		return no_memory(vp);
	free(vp->set.home);
	vp->set.home = home;
	return 0;
}

static int
set_paths(struct vpop *vp, const char *home)
{
	size_t length = strlen(home);

	if (home[0] != '/')
		return vp_fail(vp, VA_PARSE_ERROR,
		    "the home '%s' is not an absolute path", home);
	while (length > 1 && home[length - 1] == '/')
		length--;
	vp->home = strndup(home, length);
	if (!vp->home)
		return no_memory(vp);
	if (asprintf(&vp->etc, "%s/etc", vp->home) < 0) {
		vp->etc = NULL;
		return no_memory(vp);
	}
	if (asprintf(&vp->domains, "%s/%s", vp->home, vp->set.domains_dir) <
	    0) {
		vp->domains = NULL;
		return no_memory(vp);
	}
	return 0;
}

/* Find uid, gid and home; passwd(5) is asked only for what is not set. */
static int
resolve_with(struct vpop *vp, const struct account *account)
{
	const struct vp_settings *set = &vp->set;
	int known = account->buffer != NULL;
	unsigned long uid, gid;
	int code;

	code = resolve_id(
	    vp, "uid", set->uid, known ? account->pw.pw_uid : 0, &uid);
	if (code == 0)
		code = resolve_id(
		    vp, "gid", set->gid, known ? account->pw.pw_gid : 0, &gid);
	if (code != 0)
		return code;
	vp->uid = (uid_t)uid;
	vp->gid = (gid_t)gid;
	code = set_paths(
	    vp, *set->home || !known ? set->home : account->pw.pw_dir);
	return code != 0 ? code : set_back(vp);
}

static int
resolve(struct vpop *vp, const char *path)
{
	const struct vp_settings *set = &vp->set;
	struct account account = { .buffer = NULL };
	int code = 0;

	if (!*set->uid || !*set->gid || !*set->home) {
		int found = account_find(set->vpopuser, &account);

		if (found < 0)
			code = vp_fail_errno(vp, VA_UNKNOWN_UIDGID,
			    "cannot look up the account '%s'", set->vpopuser);
		else if (found == 0)
			code = vp_fail(vp, VA_UNKNOWN_UIDGID,
			    "there is no account '%s': create it, or set uid, "
			    "gid and home in '%s'",
			    set->vpopuser, *path ? path : "vpopmail.conf");
	}
	if (code == 0)
		code = resolve_with(vp, &account);
	free(account.buffer);
	return code;
}

static int
load(struct vpop *vp)
{
	const char *path = vp->settings_file = settings_path();
	char error[512];
	size_t count = 1;

	if (!path)
		return no_memory(vp);
	while (vp_settings_table[count - 1].name)
		count++;
	vp->setting_texts = calloc(count, sizeof *vp->setting_texts);
	if (!vp->setting_texts ||
	    vp_conf_defaults(vp_settings_table, &vp->set) != 0)
		return no_memory(vp);
	if (*path && vp_conf_read(vp_settings_table, &vp->set, path, error,
			 sizeof error) < 0)
		return vp_fail(vp, VA_PARSE_ERROR, "%s", error);
	if (!*vp->set.domains_dir || strchr(vp->set.domains_dir, '/') ||
	    vp->set.domains_dir[0] == '.')
		return vp_fail(vp, VA_PARSE_ERROR,
		    "setting domains_dir: '%s' is not the name of a folder",
		    vp->set.domains_dir);
	return resolve(vp, path);
}

int
vpop_open(struct vpop **ret_vp, unsigned flags)
{
	*ret_vp = calloc(1, sizeof **ret_vp);
	if (!*ret_vp)
		return VA_MEMORY_ALLOC_ERR;
	(*ret_vp)->flags = flags;
	(*ret_vp)->uid = (uid_t)-1;
	(*ret_vp)->gid = (gid_t)-1;
	return load(*ret_vp);
}

void
vpop_close(struct vpop *vp)
{
	if (!vp)
		return;
	if (vp->changes)
		vp->changes_end(vp);
	if (vp->stores)
		vp->stores_close(vp);
	if (vp->journal)
		vp->journal_close(vp->journal);
	if (vp->policy)
		vp->policy_free(vp->policy);
	for (size_t i = 0; vp->setting_texts && vp_settings_table[i].name; i++)
		free(vp->setting_texts[i]);
	free(vp->setting_texts);
	vp_conf_free(vp_settings_table, &vp->set);
	free(vp->settings_file);
	free(vp->home);
	free(vp->etc);
	free(vp->domains);
	free(vp->actor);
	free(vp->origin);
	free(vp);
}

static int VP_PRINTF(4, 0) record(
    struct vpop *vp, int code, int errnum, const char *format, va_list args)
{
	size_t size = sizeof vp->message;
	int length = vsnprintf(vp->message, size, format, args);

	vp->code = code;
	if (length < 0)
		vp->message[0] = '\0';
	else if (errnum != 0 && (size_t)length < size)
		snprintf(vp->message + length, size - (size_t)length, ": %s",
		    strerrordesc_np(errnum) ? strerrordesc_np(errnum)
					    : "unknown system error");
	/* Names come from outside; the sentence goes to terminals and logs. */
	vp_make_printable(vp->message);
	return code;
}

int
vp_fail(struct vpop *vp, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	record(vp, code, 0, format, args);
	va_end(args);
	return code;
}

int
vp_fail_errno(struct vpop *vp, int code, const char *format, ...)
{
	int errnum = errno;
	va_list args;

	va_start(args, format);
	record(vp, code, errnum, format, args);
	va_end(args);
	errno = errnum;
	return code;
}

int
vp_fail_num(struct vpop *vp, int code, int errnum, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	record(vp, code, errnum, format, args);
	va_end(args);
	return code;
}

void
vp_clear_error(struct vpop *vp)
{
	vp->code = 0;
	vp->message[0] = '\0';
}

int
vp_code_of_errno(int errnum, int otherwise)
{
	switch (errnum) {
	case EACCES:
	case EPERM:
		return VA_BAD_UID;
	case ENOMEM:
		return VA_MEMORY_ALLOC_ERR;
	default:
		return otherwise;
	}
}

int
vpop_code(const struct vpop *vp)
{
	return vp->code;
}

const char *
vpop_message(const struct vpop *vp)
{
	return vp->message[0] ? vp->message : vpop_code_text(vp->code);
}

static int
replace_text(struct vpop *vp, char **field, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return no_memory(vp);
	free(*field);
	*field = copy;
	return 0;
}

int
vpop_set_actor(struct vpop *vp, const char *actor, const char *origin)
{
	int code = replace_text(vp, &vp->actor, actor);

	return code != 0 ? code : replace_text(vp, &vp->origin, origin);
}

void
vpop_set_notice(
    struct vpop *vp, void (*notice)(void *, const char *), void *arg)
{
	vp->notice = notice;
	vp->notice_arg = arg;
}

const char *
vpop_setting(const struct vpop *vp, const char *name)
{
	size_t i = 0;

	while (vp_settings_table[i].name &&
	       strcmp(vp_settings_table[i].name, name) != 0)
		i++;
	if (!vp_settings_table[i].name || !vp->setting_texts)
		return NULL;
	if (!vp->setting_texts[i])
		vp->setting_texts[i] =
		    vp_conf_get(vp_settings_table, &vp->set, name);
	return vp->setting_texts[i];
}

const char *
vpop_home(const struct vpop *vp)
{
	return vp->home;
}

const char *
vpop_version(void)
{
	return PACKAGE_VERSION;
}
