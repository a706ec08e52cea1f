/*
 * The steps that adding and deleting domains are made of, for programs that
 * take them one by one: users/assign and qmail's control files.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "base/line.h"
#include "base/lock.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/domain_int.h"
#include "qmail/control_int.h"
#include "qmail/hostfile.h"
#include "vpopmail.h"

#define FILE_MODE 0644

static int
fill_entry(struct vp_assign *entry, const char *name, const char *real,
    const char *dir)
{
	if (vp_copy(entry->name, sizeof entry->name, name) != 0 ||
	    vp_copy(entry->real, sizeof entry->real, real) != 0 ||
	    vp_copy(entry->dir, sizeof entry->dir, dir) != 0)
		return VA_INVALID_ARGUMENT;
	vp_lower(entry->name);
	vp_lower(entry->real);
	if (strchr(entry->dir, ':') || !vp_is_clean(entry->dir))
		return VA_BAD_CHAR;
	return 0;
}

static int
check_domain(struct vpop *vp, char *name)
{
	char lower[VPOP_DOMAIN_SIZE];

	if (!name || *name == '\0')
		return VA_NULL_POINTER;
	if (vp_copy(lower, sizeof lower, name) != 0)
		return vp_fail(vp, VA_DOMAIN_NAME_TOO_LONG,
		    "the name of the domain is too long");
	return vp_api_domain_valid(name);
}

VPOP_EXPORT int
add_domain_assign(
    char *alias_domain, char *real_domain, char *dir, uid_t uid, gid_t gid)
{
	struct vp_assign entry = { .uid = uid, .gid = gid };
	struct vpop *vp = vp_api_handle();
	AUTO_CLOSE int lock = -1;
	int code = dir ? 0 : VA_NULL_POINTER;

	if (!vp)
		return -1;
	if (code == 0)
		code = check_domain(vp, alias_domain);
	if (code == 0)
		code = check_domain(vp, real_domain);
	if (code == 0)
		code = fill_entry(&entry, alias_domain, real_domain, dir);
	if (code == 0)
		code = vp_domain_begin(vp, &lock);
	if (code == 0)
		code = vp_domain_publish(vp, &entry, 1,
		    OptimizeAddDomain ? VPOP_DOMAIN_NO_SIGNAL : 0);
	return vp_api_plain(code);
}

/* The names, in lower case; NULL without memory or names. */
static const char **
list_names(char **names, int count)
{
	const char **list = NULL;

	if (names && count > 0)
		list = calloc((size_t)count, sizeof *list);
	for (int i = 0; list && i < count; i++) {
		list[i] = names[i] ? names[i] : "";
		if (*list[i] == '\0' || vp_api_domain_valid(names[i]) != 0) {
			free(list);
			return NULL;
		}
	}
	return list;
}

VPOP_EXPORT int
del_domain_assign(char **aliases, int aliascount, char *real_domain, char *dir,
    uid_t uid, gid_t gid)
{
	AUTO_FREE const char **names = list_names(aliases, aliascount);
	struct vpop *vp = vp_api_handle();
	struct vp_assign_how how;
	unsigned long line = 0;
	AUTO_CLOSE int lock = -1;

	(void)real_domain;
	(void)dir;
	(void)uid;
	(void)gid;
	if (!vp || !names)
		return vp_api_plain(vp ? VA_INVALID_ARGUMENT : verrori);
	int code = vp_domain_begin(vp, &lock);
	vp_assign_how(vp, &how);
	if (code == 0 && vp_assign_update(&how, NULL, 0, names,
			     (size_t)aliascount, &line) != 0)
		code = vp_domain_assign_failed(vp, line);
	return vp_api_plain(code);
}

VPOP_EXPORT int
del_control(char **aliases, int aliascount)
{
	AUTO_FREE const char **names = list_names(aliases, aliascount);
	struct vpop *vp = vp_api_handle();
	struct vp_control_how how;
	size_t count = (size_t)aliascount;

	if (!vp || !names)
		return vp_api_plain(vp ? VA_INVALID_ARGUMENT : verrori);
	vp_control_how(vp, &how);
	if (vp_control_rcpt_remove(&how, names, count, 0) != 0 ||
	    vp_control_virtual_remove(&how, names, count) != 0)
		return vp_api_plain(VA_COULD_NOT_UPDATE_FILE);
	return vp_api_plain(vp_domain_signal(vp));
}

VPOP_EXPORT int
update_newu(void)
{
	struct vpop *vp = vp_api_handle();
	struct vp_assign_how how;
	unsigned long line = 0;
	AUTO_CLOSE int lock = -1;
	int code;

	if (!vp)
		return verrori;
	code = vp_domain_begin(vp, &lock);
	vp_assign_how(vp, &how);
	if (code == 0 && vp_assign_compile(&how, &line) != 0)
		code = vp_domain_assign_failed(vp, line);
	return vp_api_result(code);
}

VPOP_EXPORT int
compile_morercpthosts(void)
{
	struct vpop *vp = vp_api_handle();
	struct vp_control_how how;

	if (!vp)
		return verrori;
	vp_control_how(vp, &how);
	return vp_api_result(
	    vp_control_compile(&how) == 0 ? 0 : VA_COULD_NOT_UPDATE_FILE);
}

VPOP_EXPORT int
count_rcpthosts(void)
{
	struct vpop *vp = vp_api_handle();
	size_t count = 0;
	char **names;

	if (!vp ||
	    vp_control_list(vp->set.qmaildir, "rcpthosts", &names, &count) != 0)
		return 0;
	vp_control_list_free(names, count);
	return (int)count;
}

/* ---- any file ---------------------------------------------------------- */

/* Open the folder of a file and take "<file>.lock". */
static int
lock_file(const char *path, const char **ret_name, int *ret_dirfd)
{
	AUTO_FREE char *name = NULL;
	struct vpop *vp = vp_api_handle();
	int lock = -1;

	*ret_dirfd = -1;
	if (!vp || !path || (*ret_dirfd = vp_api_parent(path, ret_name)) < 0)
		return -1;
	if (asprintf(&name, "%s.lock", *ret_name) < 0)
		name = NULL;
	else
		lock = vp_lock(*ret_dirfd, name, (uid_t)-1, (gid_t)-1,
		    (int)vp->set.lock_seconds);
	return lock;
}

static int
insert(int dirfd, const char *name, char *line, vp_hostline_find *find)
{
	struct vp_hostline parsed = { .text = line, .size = strlen(line) };
	struct vp_hostedit edit = { .text = line };
	struct vp_hostfile file;
	AUTO_FREE char *host = NULL;
	int rc = -1;

	find(&parsed);
	if (parsed.name_size == 0)
		return VA_INVALID_ARGUMENT;
	host = strndup(parsed.name, parsed.name_size);
	edit.name = host;
	if (!host || vp_hostfile_read(dirfd, name, find, &file) != 0)
		return VA_COULD_NOT_UPDATE_FILE;
	rc = vp_hostfile_edit(&file, &edit, 1, NULL, 0);
	if (rc == 0 && file.is_changed)
		rc = vp_hostfile_save(&file, dirfd, name);
	vp_hostfile_clear(&file);
	return rc == 0 ? 0 : VA_COULD_NOT_UPDATE_FILE;
}

/* users/assign goes with its compiled form. */
static int
insert_assign(const char *line)
{
	struct vpop *vp = vp_api_handle();
	struct vp_assign entry;
	struct vp_assign_how how;
	unsigned long bad = 0;
	AUTO_CLOSE int lock = -1;
	int code = vp ? 0 : verrori;

	if (code == 0 && vp_assign_parse(line, &entry) != 1)
		code = VA_INVALID_ARGUMENT;
	if (code == 0)
		code = vp_domain_begin(vp, &lock);
	if (code < 0)
		return code;
	vp_assign_how(vp, &how);
	return vp_assign_update(&how, &entry, 1, NULL, 0, &bad) == 0
		   ? 0
		   : vp_domain_assign_failed(vp, bad);
}

VPOP_EXPORT int
update_file(char *filename, char *line, int type)
{
	const char *name = NULL;
	int dirfd = -1;

	if (!filename || !line || !vp_is_clean(line) || type < 1 || type > 3)
		return vp_api_plain(VA_INVALID_ARGUMENT);
	if (type == 1)
		return vp_api_result(insert_assign(line));

	AUTO_CLOSE int lock = lock_file(filename, &name, &dirfd);
	AUTO_CLOSE int folder = dirfd;
	if (lock < 0 || folder < 0)
		return vp_api_result(VA_COULD_NOT_UPDATE_FILE);
	return vp_api_result(insert(folder, name, line,
	    type == 3 ? vp_control_find_virtual : vp_control_find_plain));
}

static int
is_listed(const char *line, char **lines, int count)
{
	for (int i = 0; i < count; i++)
		if (lines[i] && strcmp(lines[i], line) == 0)
			return 1;
	return 0;
}

/* Write what is left of text; how many lines were left out, or -1. */
static int
filter(struct vp_replace *file, char *text, char **lines, int count)
{
	int removed = 0;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (*line == '\0' && !text)
			break;
		if (is_listed(line, lines, count))
			removed++;
		else
			fprintf(file->fp, "%s\n", line);
	}
	return vp_replace_commit(file) == 0 ? removed : -1;
}

VPOP_EXPORT int
remove_lines(char *filename, char **lines, int count)
{
	const char *name = NULL;
	struct vp_replace file;
	int dirfd = -1, removed = -1;

	if (!filename || (!lines && count > 0))
		return vp_api_plain(VA_NULL_POINTER);

	AUTO_CLOSE int lock = lock_file(filename, &name, &dirfd);
	AUTO_CLOSE int folder = dirfd;
	if (lock < 0 || folder < 0)
		return vp_api_result(VA_COULD_NOT_UPDATE_FILE);
	AUTO_FREE char *text =
	    vp_file_read(folder, name, VP_HOSTFILE_BYTES, NULL);
	if (!text && errno == ENOENT)
		text = strdup("");
	if (text && vp_replace_open(&file, folder, name, FILE_MODE, (uid_t)-1,
			(gid_t)-1) == 0)
		removed = filter(&file, text, lines, count);
	vp_api_result(removed < 0 ? VA_COULD_NOT_UPDATE_FILE : 0);
	return removed < 0 ? VA_COULD_NOT_UPDATE_FILE : removed;
}
