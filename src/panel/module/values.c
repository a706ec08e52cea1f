#include "config.h"

#include "panel/module/values.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/replace.h"
#include "panel/module/schema.h"

#define FILE_BYTES (1 << 20)

/* Whether nobody but root, us and one other can change it. */
static int
is_closed(const struct stat *st, uid_t other)
{
	return (st->st_uid == 0 || st->st_uid == geteuid() ||
		   st->st_uid == other) &&
	       !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* Whoever has the folder could put another file there. */
static int
is_trusted(const char *folder, const char *path)
{
	struct stat all, st;

	return stat(folder, &all) == 0 && lstat(path, &st) == 0 &&
	       S_ISREG(st.st_mode) && is_closed(&all, all.st_uid) &&
	       is_closed(&st, all.st_uid);
}

static int
check(const struct vp_manifest *manifest, const char *path, json_t *values,
    char *error)
{
	struct vp_schema_error wrong;

	if (!manifest->settings) {
		snprintf(error, VP_MODULE_ERROR,
		    "'%s': the module '%s' has no settings", path,
		    manifest->name);
		return -1;
	}
	if (vp_schema_validate(manifest->settings, values, &wrong) == 0)
		return 0;
	snprintf(error, VP_MODULE_ERROR, "'%s': '%s' %s", path, wrong.pointer,
	    wrong.words);
	return -1;
}

int
vp_module_values_read(const struct vp_manifest *manifest, const char *folder,
    json_t **ret, char ret_error[VP_MODULE_ERROR])
{
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *text = NULL;
	json_error_t error;
	size_t size;

	*ret = NULL;
	if (asprintf(&path, "%s/%s.json", folder, manifest->name) < 0) {
		path = NULL;
		snprintf(ret_error, VP_MODULE_ERROR, "out of memory");
		return -1;
	}
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	if (!is_trusted(folder, path)) {
		snprintf(ret_error, VP_MODULE_ERROR,
		    "'%s' must be a file that only root or the owner of its "
		    "folder can change: chmod go-w both",
		    path);
		return -1;
	}
	text = vp_file_read(AT_FDCWD, path, FILE_BYTES, &size);
	if (!text) {
		snprintf(ret_error, VP_MODULE_ERROR, "cannot read '%s': %s",
		    path, strerror(errno));
		return -1;
	}
	*ret = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (*ret && check(manifest, path, *ret, ret_error) == 0)
		return 0;
	if (!*ret)
		snprintf(ret_error, VP_MODULE_ERROR,
		    "'%s' is no JSON: line %d: %s", path, error.line,
		    error.text);
	json_decref(*ret);
	*ret = NULL;
	return -1;
}

int
vp_module_values_write(
    const struct vp_manifest *manifest, const char *folder, json_t *values)
{
	AUTO_CLOSE int dirfd = vp_dir_open(folder);
	AUTO_FREE char *text = json_dumps(values, JSON_INDENT(2));
	AUTO_FREE char *name = NULL;
	int rc;

	if (asprintf(&name, "%s.json", manifest->name) < 0)
		name = NULL;
	if (dirfd < 0 || !text || !name) {
		errno = dirfd < 0 ? errno : ENOMEM;
		return -1;
	}
	rc = vp_replace_text(
	    dirfd, name, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1);
	explicit_bzero(text, strlen(text));
	return rc;
}

/* malloc'd, or NULL. */
static char *
off_path(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s.off", folder, name) < 0 ? NULL : path;
}

int
vp_module_is_off(const char *folder, const char *name)
{
	AUTO_FREE char *path = off_path(folder, name);

	return path &&
	       faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int
vp_module_switch(const char *folder, const char *name, int is_off)
{
	AUTO_FREE char *path = off_path(folder, name);
	AUTO_CLOSE int fd = -1;

	if (!path)
		return -1;
	if (!is_off)
		return unlink(path) == 0 || errno == ENOENT ? 0 : -1;
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : 0;
}
