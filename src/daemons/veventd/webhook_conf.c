/*
 * Webhooks that root sets up: a file of settings and one with the secret.
 * Who can write them says where the site's events go, so nobody else may.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/conf.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "daemons/common/daemonlog.h"
#include "daemons/veventd/webhook.h"
#include "daemons/veventd/webhook_int.h"

#define SECRET_MAX 4096

#define FIELD(f)   .name = #f, .offset = offsetof(struct ved_webhook, f)
static const struct vp_conf_item table[] = {
	{ FIELD(url), .type = VP_CONF_TEXT, .value = "" },
	{ FIELD(events), .type = VP_CONF_TEXT, .value = "*" },
	{ FIELD(secret_file), .type = VP_CONF_TEXT, .value = "" },
	{ FIELD(allow_private), .type = VP_CONF_BOOL, .value = "no" },
	{ FIELD(seconds), .type = VP_CONF_NUMBER, .value = "10", .min = 1,
	    .max = 300 },
	{ .name = NULL },
};

static int
check_file(int dirfd, const char *name, mode_t forbidden)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (S_ISREG(st.st_mode) && (st.st_mode & forbidden) == 0 &&
	    (st.st_uid == 0 || st.st_uid == geteuid()))
		return 0;
	errno = EPERM;
	return -1;
}

static int
read_secret(struct ved_webhook *hook, int dirfd, const char *which)
{
	AUTO_FREE char *usual = NULL;
	const char *name = hook->secret_file;

	if (*name == '\0') {
		if (asprintf(&usual, "%s.secret", which) < 0)
			return -1;
		name = usual;
	}
	if (check_file(dirfd, name, 077) != 0 ||
	    !(hook->secret = vp_file_read(dirfd, name, SECRET_MAX, NULL))) {
		vp_daemonlog(LOG_ERR,
		    "cannot use the secret '%s': %s (only its owner, root, "
		    "may read it)",
		    name, strerror(errno));
		return -1;
	}
	hook->secret[strcspn(hook->secret, "\r\n")] = '\0';
	if (strlen(hook->secret) >= 16)
		return 0;
	vp_daemonlog(LOG_ERR, "the secret '%s' is shorter than 16 bytes", name);
	return -1;
}

int
ved_webhook_read_conf(
    const struct vpop *vp, const char *which, struct ved_webhook *hook)
{
	AUTO_FREE char *folder = NULL, *path = NULL;
	char error[1024] = "";

	if (asprintf(&folder, "%s/etc/" VED_WEBHOOKS, vpop_home(vp)) < 0 ||
	    asprintf(&path, "%s/%s" VED_CONF, folder, which) < 0)
		return -1;
	AUTO_CLOSE int dirfd = vp_dir_open(folder);
	if (dirfd < 0 || check_file(dirfd, path + strlen(folder) + 1, 022)) {
		vp_daemonlog(LOG_ERR,
		    "cannot use '%s': %s (it belongs to root, and nobody else "
		    "may write it)",
		    path, strerror(errno));
		return -1;
	}
	if (vp_conf_defaults(table, hook) != 0 ||
	    vp_conf_read(table, hook, path, error, sizeof error) != 0) {
		vp_daemonlog(LOG_ERR, "%s", error);
		return -1;
	}
	if (strncmp(hook->url, "https://", 8) != 0 &&
	    !(hook->allow_private && strncmp(hook->url, "http://", 7) == 0)) {
		vp_daemonlog(
		    LOG_ERR, "'%s': the url begins with https://", path);
		return -1;
	}
	return read_secret(hook, dirfd, which);
}

void
ved_webhook_clear(struct ved_webhook *hook)
{
	if (hook->secret)
		explicit_bzero(hook->secret, strlen(hook->secret));
	free(hook->secret);
	vp_conf_free(table, hook);
	free(hook->domain);
	json_decref(hook->state);
	vp_webhooks_close(hook->folder);
	if (hook->to)
		fclose(hook->to);
	if (hook->from)
		fclose(hook->from);
}
