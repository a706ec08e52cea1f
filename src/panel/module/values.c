#include "config.h"

#include "panel/module/values.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/line.h"
#include "panel/module/schema.h"

#define FILE_BYTES (1 << 20)

static int
is_trusted(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_uid == 0 || st.st_uid == geteuid()) &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH));
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
	if (!is_trusted(path)) {
		snprintf(ret_error, VP_MODULE_ERROR,
		    "'%s' must be a file that only root or this user can "
		    "change: chmod go-w it",
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
