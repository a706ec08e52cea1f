/*
 * Files are replaced as a whole, and each has one writer at a time: that of
 * the webhook holds the lock, that of its state is the webhook's only worker.
 */
#include "config.h"

#include "daemons/common/webhookfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/lock.h"
#include "base/replace.h"
#include "base/text.h"

#define FOLDER       "webhooks.d"
#define JSON         ".json"
#define STATE        ".state"
#define LOCK         "lock"
#define LOCK_SECONDS 10
#define FILE_MAX     (64 << 10)
#define NAME_SIZE    (VP_WEBHOOK_ID_SIZE + sizeof STATE)

struct vp_webhooks {
	int dirfd;
	uid_t uid;
	gid_t gid;
};

/* Owned by us: nobody else can have put something into it. */
static int
open_folder(struct vp_webhooks *hooks, int vardir, int may_make)
{
	struct stat st;

	if (may_make &&
	    vp_dir_make(vardir, FOLDER, 0700, hooks->uid, hooks->gid) != 0 &&
	    errno != EEXIST)
		return -1;
	hooks->dirfd = vp_dir_open_at(vardir, FOLDER);
	if (hooks->dirfd < 0 || fstat(hooks->dirfd, &st) != 0)
		return -1;
	if ((st.st_uid == hooks->uid || st.st_uid == 0) &&
	    (st.st_mode & 077) == 0)
		return 0;
	errno = EPERM;
	return -1;
}

struct vp_webhooks *
vp_webhooks_open(const struct vpop *vp, int may_make)
{
	struct vp_webhooks *hooks = calloc(1, sizeof *hooks);
	int64_t uid = 0, gid = 0;

	if (!hooks)
		return NULL;
	hooks->dirfd = -1;
	(void)vp_number(vpop_setting(vp, "uid"), 0, UINT32_MAX, &uid);
	(void)vp_number(vpop_setting(vp, "gid"), 0, UINT32_MAX, &gid);
	hooks->uid = (uid_t)uid;
	hooks->gid = (gid_t)gid;
	AUTO_CLOSE int homefd = vp_dir_open(vpop_home(vp));
	AUTO_CLOSE int vardir = homefd < 0 ? -1 : vp_dir_open_at(homefd, "var");
	if (vardir >= 0 && open_folder(hooks, vardir, may_make) == 0)
		return hooks;
	int cause = errno;
	vp_webhooks_close(hooks);
	errno = cause;
	return NULL;
}

void
vp_webhooks_close(struct vp_webhooks *hooks)
{
	if (hooks && hooks->dirfd >= 0)
		close(hooks->dirfd);
	free(hooks);
}

int
vp_webhooks_dirfd(const struct vp_webhooks *hooks)
{
	return hooks->dirfd;
}

int
vp_webhooks_lock(const struct vp_webhooks *hooks)
{
	return vp_lock(
	    hooks->dirfd, LOCK, hooks->uid, hooks->gid, LOCK_SECONDS);
}

int
vp_webhook_is_id(const char *text)
{
	return strlen(text) == VP_WEBHOOK_ID_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == VP_WEBHOOK_ID_SIZE - 1;
}

int
vp_webhook_is_one(const char *file, char ret_id[VP_WEBHOOK_ID_SIZE])
{
	const size_t length = VP_WEBHOOK_ID_SIZE - 1;

	if (strlen(file) != length + sizeof JSON - 1 ||
	    strcmp(file + length, JSON) != 0)
		return 0;
	memcpy(ret_id, file, length);
	ret_id[length] = '\0';
	return vp_webhook_is_id(ret_id);
}

static json_t *
read_object(const struct vp_webhooks *hooks, const char *id, const char *end)
{
	char name[NAME_SIZE];
	size_t size = 0;
	json_t *object;

	if (!vp_webhook_is_id(id)) {
		errno = ENOENT;
		return NULL;
	}
	snprintf(name, sizeof name, "%s%s", id, end);
	char *text = vp_file_read(hooks->dirfd, name, FILE_MAX, &size);
	if (!text)
		return NULL;
	object = json_loadb(text, size, 0, NULL);
	explicit_bzero(text, size);
	free(text);
	if (json_is_object(object))
		return object;
	json_decref(object);
	errno = EINVAL;
	return NULL;
}

json_t *
vp_webhook_read(const struct vp_webhooks *hooks, const char *id)
{
	json_t *hook = read_object(hooks, id, JSON), *list;
	const char *text;
	int flag;
	json_int_t number;

	if (!hook)
		return NULL;
	if (json_unpack(hook, "{s:s, s:s, s:o, s:s, s:b, s:s, s:I, s:I}",
		"domain", &text, "url", &text, "events", &list, "secret", &text,
		"enabled", &flag, "reason", &text, "created", &number, "seq",
		&number) == 0 &&
	    json_is_array(list))
		return hook;
	json_decref(hook);
	errno = EINVAL;
	return NULL;
}

static int
write_object(const struct vp_webhooks *hooks, const char *id, const char *end,
    const json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	char name[NAME_SIZE];
	int rc;

	if (!text) {
		errno = ENOMEM;
		return -1;
	}
	snprintf(name, sizeof name, "%s%s", id, end);
	rc = vp_replace_text(hooks->dirfd, name, text, strlen(text), 0600,
	    hooks->uid, hooks->gid);
	explicit_bzero(text, strlen(text));
	free(text);
	return rc;
}

int
vp_webhook_write(
    const struct vp_webhooks *hooks, const char *id, const json_t *hook)
{
	return write_object(hooks, id, JSON, hook);
}

int
vp_webhook_remove(const struct vp_webhooks *hooks, const char *id)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof name, "%s" JSON, id);
	if (unlinkat(hooks->dirfd, name, 0) != 0)
		return -1;
	snprintf(name, sizeof name, "%s" STATE, id);
	if (unlinkat(hooks->dirfd, name, 0) != 0 && errno != ENOENT)
		return -1;
	return vp_dir_sync(hooks->dirfd);
}

json_t *
vp_webhook_state(const struct vp_webhooks *hooks, const char *id)
{
	json_t *state = read_object(hooks, id, STATE);

	return state ? state : json_object();
}

int
vp_webhook_note(
    const struct vp_webhooks *hooks, const char *id, const json_t *state)
{
	return write_object(hooks, id, STATE, state);
}
