#include "config.h"

#include "panel/settings.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/conf.h"
#include "base/text.h"
#include "panel/auth/account.h"
#include "vpop.h"

#define FIELD(f) .offset = offsetof(struct vhd_settings, f)
#define TEXT(n, f, v)                                                          \
	{                                                                      \
		.name = (n), FIELD(f), .type = VP_CONF_TEXT, .value = (v)      \
	}
#define NUMBER(n, f, v, lo, hi)                                                \
	{                                                                      \
		.name = (n), FIELD(f), .type = VP_CONF_NUMBER, .value = (v),   \
		.min = (lo), .max = (hi)                                       \
	}

static const struct vp_conf_item table[] = {
	TEXT("tcp", tcp, ""),
	TEXT("tls", tls, ""),
	TEXT("unix", unix_socket, ""),
	TEXT("proxy", proxy_socket, ""),
	TEXT("certificate", certificate, ""),
	TEXT("key", key, ""),
	TEXT("user", front_user, "nobody"),
	TEXT("proxy_group", proxy_group, ""),
	TEXT("modules", modules, MODULES_FOLDER),
	TEXT("module_user", module_user, ""),
	NUMBER("workers", workers, "4", 1, 64),
	NUMBER("connections", connections, "4000", 1, 100000),
	NUMBER("connections_per_address", per_address, "200", 0, 100000),
	NUMBER("idle_seconds", idle_seconds, "60", 1, 3600),
	NUMBER("request_seconds", request_seconds, "60", 1, 3600),
	NUMBER("queue", queue, "500", 1, 100000),
	NUMBER("body_bytes", body_bytes, "1048576", 1024, 8 << 20),
	NUMBER("job_days", job_days, "7", 1, 3650),
	NUMBER("delete_days", delete_days, "7", 0, 365),
	NUMBER("webhooks", webhooks, "100", 0, 1000),
	NUMBER("webhooks_per_domain", webhooks_per_domain, "3", 0, 1000),
	TEXT("access_log", access_log, ""),
	TEXT("origins", origins, ""),
	NUMBER("session_seconds", session_seconds, "43200", 1, 31536000),
	NUMBER(
	    "session_idle_seconds", session_idle_seconds, "3600", 1, 31536000),
	{ .name = "plain_cookie",
	    FIELD(plain_cookie),
	    .type = VP_CONF_BOOL,
	    .value = "no" },
	TEXT("second_factor", second_factor, ""),
	NUMBER("login_failures", login_failures, "10", 1, 10000),
	NUMBER("login_failures_per_address", login_failures_per_address, "100",
	    1, 1000000),
	NUMBER(
	    "anonymous_per_address", anonymous_per_address, "20", 1, 1000000),
	NUMBER("login_forget_seconds", login_forget_seconds, "60", 1, 86400),
	{ .name = "syslog",
	    FIELD(syslog),
	    .type = VP_CONF_BOOL,
	    .value = "no" },
	{ .name = NULL },
};

static int
add_addresses(
    struct vhd_settings *settings, enum vhd_kind kind, const char *list)
{
	AUTO_FREE char *copy = strdup(list);
	char *rest = copy, *word;

	if (!copy)
		return -1;
	while ((word = strsep(&rest, " \t"))) {
		char *text;

		if (!*word)
			continue;
		if (settings->count == VHD_LISTENERS) {
			errno = E2BIG;
			return -1;
		}
		text = strdup(word);
		if (!text)
			return -1;
		settings->addresses[settings->count++] =
		    (struct vhd_address){ .kind = kind, .text = text };
	}
	return 0;
}

static int
find_ids(struct vpop *vp, struct vhd_settings *settings, char *error,
    size_t error_size)
{
	const struct passwd *pw;
	const struct group *gr;
	int64_t id = 0;

	settings->home = strdup(vpop_home(vp));
	if (!settings->home)
		return -1;
	vp_number(vpop_setting(vp, "uid"), 0, UINT32_MAX, &id);
	settings->worker_uid = (uid_t)id;
	vp_number(vpop_setting(vp, "gid"), 0, UINT32_MAX, &id);
	settings->worker_gid = settings->proxy_gid = (gid_t)id;
	if (*settings->proxy_group) {
		gr = getgrnam(settings->proxy_group);
		if (!gr) {
			snprintf(error, error_size,
			    "proxy_group: there is no group '%s'",
			    settings->proxy_group);
			return -1;
		}
		settings->proxy_gid = gr->gr_gid;
	}
	if (geteuid() != 0)
		return 0;
	pw = getpwnam(settings->front_user);
	if (!pw || pw->pw_uid == 0) {
		snprintf(error, error_size,
		    "user: '%s' is no account without privileges",
		    settings->front_user);
		return -1;
	}
	settings->front_uid = pw->pw_uid;
	settings->front_gid = pw->pw_gid;
	return 0;
}

static int
check(const struct vhd_settings *settings, char *error, size_t error_size)
{
	if (settings->count == 0) {
		snprintf(error, error_size,
		    "nothing to listen on: set unix, proxy, tls or tcp");
		return -1;
	}
	if (*settings->tls && !*settings->certificate) {
		snprintf(error, error_size, "tls needs a certificate");
		return -1;
	}
	return 0;
}

/* The roles that need a second factor. */
static int
read_roles(struct vhd_settings *settings, char *error, size_t error_size)
{
	const char *list = settings->second_factor;

	for (;;) {
		size_t size;
		unsigned role;

		list += strspn(list, " \t");
		size = strcspn(list, " \t");
		if (size == 0)
			return 0;
		role = vhd_role_find(list, size);
		if (role == 0 || role == VHD_ANON) {
			snprintf(error, error_size,
			    "second_factor: there is no role '%.*s'",
			    (int)(size > 64 ? 64 : size), list);
			return -1;
		}
		settings->factor_roles |= role;
		list += size;
	}
}

/* The file, and what is listened on. */
static int
read_file(struct vpop *vp, const char *path, struct vhd_settings *settings,
    char *error, size_t error_size)
{
	char standard[VPOP_DIR_SIZE];

	if (!path && vp_format(standard, sizeof standard,
			 "%s/etc/vhostadmin.conf", vpop_home(vp)) != 0) {
		snprintf(error, error_size, "the path of the home is too long");
		return -1;
	}
	switch (vp_conf_read(
	    table, settings, path ? path : standard, error, error_size)) {
	case 0:
		break;
	case 1:
		if (path) {
			snprintf(
			    error, error_size, "there is no file '%s'", path);
			return -1;
		}
		break;
	default:
		return -1;
	}
	if (add_addresses(settings, VHD_TCP, settings->tcp) == 0 &&
	    add_addresses(settings, VHD_TLS, settings->tls) == 0 &&
	    add_addresses(settings, VHD_UNIX, settings->unix_socket) == 0 &&
	    add_addresses(settings, VHD_PROXY, settings->proxy_socket) == 0)
		return 0;
	snprintf(
	    error, error_size, "cannot read the settings: %s", strerror(errno));
	return -1;
}

int
vhd_settings_read(const char *path, struct vhd_settings *ret_settings,
    char *error, size_t error_size)
{
	struct vhd_settings settings = { .count = 0 };
	struct vpop *vp = NULL;
	int rc = -1;

	snprintf(error, error_size, "no memory");
	if (vp_conf_defaults(table, &settings) != 0)
		return -1;
	if (vpop_open(&vp, 0) != 0) {
		if (vp)
			snprintf(error, error_size, "%s", vpop_message(vp));
	} else if (read_file(vp, path, &settings, error, error_size) == 0 &&
		   find_ids(vp, &settings, error, error_size) == 0 &&
		   read_roles(&settings, error, error_size) == 0) {
		rc = check(&settings, error, error_size);
	}
	vpop_close(vp);
	if (rc == 0)
		*ret_settings = settings;
	else
		vhd_settings_clear(&settings);
	return rc;
}

void
vhd_settings_clear(struct vhd_settings *settings)
{
	for (int i = 0; i < settings->count; i++)
		free(settings->addresses[i].text);
	vp_conf_free(table, settings);
	free(settings->home);
	memset(settings, 0, sizeof *settings);
}
