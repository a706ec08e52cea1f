/*
 * Aliases out of dot-qmail files into the account store, and back.
 *
 * Each alias is moved by itself: all lines in one transaction, read again and
 * compared; only then does the file get another name, or do the rows go.  An
 * alias whose lines are in both places was interrupted in between and is
 * finished.  To the other side nothing is ever lost that was there before.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/alias_place.h"
#include "core/domain.h"
#include "core/journal.h"

#define PREFIX    ".qmail-"
#define DEFAULT   "default"
#define CONVERTED ".converted-"

struct names {
	char (*name)[VPOP_USER_SIZE];
	size_t count, room;
};

struct mover {
	struct vpop *vp;
	struct vpop_domain domain;
	struct vp_alias_place files, rows;
	const struct vp_alias_place *from, *to;
	void (*each)(void *arg, const struct vpop_alias_move *move);
	void *arg;
};

/* ---- what is to be moved ---------------------------------------------- */

static int
add_name(struct vpop *vp, struct names *names, const char *name)
{
	if (names->count == names->room) {
		size_t room = names->room ? 2 * names->room : 64;
		void *more =
		    reallocarray(names->name, room, sizeof *names->name);

		if (!more)
			return vp_fail(
			    vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		names->name = more;
		names->room = room;
	}
	if (vp_copy(names->name[names->count], VPOP_USER_SIZE, name) == 0)
		names->count++;
	return 0;
}

/* The alias that a file is, in ret_name; 0 if it is none. */
static int
is_alias(int dirfd, const char *entry, char ret_name[VPOP_USER_SIZE])
{
	const char *ext = entry + sizeof PREFIX - 1;
	struct stat st;

	if (strncmp(entry, PREFIX, sizeof PREFIX - 1) != 0 || *ext == '\0' ||
	    strcmp(ext, DEFAULT) == 0 || strchr(ext, '.') ||
	    vp_copy(ret_name, VPOP_USER_SIZE, ext) != 0 ||
	    fstatat(dirfd, entry, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	for (char *p = ret_name; *p; p++)
		if (*p == ':')
			*p = '.';
	return S_ISREG(st.st_mode) || S_ISLNK(st.st_mode);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int
list_files(const struct mover *mover, struct names *names)
{
	struct vpop *vp = mover->vp;
	int fd =
	    openat(mover->files.dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	char name[VPOP_USER_SIZE];
	int code = 0;

	if (dir) {
		for (errno = 0; code == 0 && (entry = readdir(dir)); errno = 0)
			if (is_alias(mover->files.dirfd, entry->d_name, name))
				code = add_name(vp, names, name);
	} else if (fd >= 0) {
		close(fd);
	}
	if (code == 0 && errno != 0)
		code = vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_D_DIR),
		    "cannot list the folder '%s'", mover->domain.dir);
	if (dir)
		closedir(dir);
	if (names->count > 1)
		qsort(names->name, names->count, sizeof *names->name, compare);
	return code;
}

static int
list_rows(const struct mover *mover, struct names *names)
{
	struct vpop_aliases *cursor = NULL;
	struct vpop_alias alias;
	int rc =
	    vpop_aliases_open(mover->vp, NULL, mover->domain.real, &cursor);

	if (rc != 0)
		return rc;
	while ((rc = vpop_aliases_next(cursor, &alias)) == 1) {
		rc = 0;
		if (names->count == 0 ||
		    strcmp(names->name[names->count - 1], alias.name) != 0)
			rc = add_name(mover->vp, names, alias.name);
		if (rc != 0)
			break;
	}
	vpop_aliases_close(cursor);
	return rc;
}

/* ---- one alias -------------------------------------------------------- */

static int
put_rows(const struct vp_alias_place *rows, const char *name, const char *text)
{
	int code = rows->ops->begin(rows->store, rows->domain);

	if (code != 0)
		return code;
	code = vp_alias_place_put(rows, name, text);
	if (code == 0)
		return rows->ops->commit(rows->store);
	rows->ops->rollback(rows->store);
	return code;
}

static int
put(const struct vp_alias_place *place, const char *name, const char *text)
{
	return place->ops ? put_rows(place, name, text)
			  : vp_alias_place_put(place, name, text);
}

/* What is gone from a place: rows are deleted, a file is set aside. */
static int
take_away(const struct vp_alias_place *place, const char *name)
{
	char file[VPOP_USER_SIZE + 16], aside[VPOP_USER_SIZE + 16];

	if (place->ops)
		return put_rows(place, name, "");
	if (vp_format(file, sizeof file, PREFIX "%s", name) != 0 ||
	    vp_format(aside, sizeof aside, CONVERTED "%s", name) != 0)
		return vp_fail_errno(
		    place->vp, VA_USER_NAME_TOO_LONG, "alias '%s'", name);
	for (char *p = file; *p; p++)
		if (*p == '.' && p > file)
			*p = ':';
	if (renameat(place->dirfd, file, place->dirfd, aside) == 0 &&
	    vp_dir_sync(place->dirfd) == 0)
		return 0;
	return vp_fail_errno(place->vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot rename '%s/%s'", place->domain->dir, file);
}

/* Write, read again, and take away; there is what the target has, "" for
 * nothing. */
static int
move_text(const struct mover *mover, const char *name, const char *text,
    const char *there)
{
	int code = 0;

	if (vp_dry_run(mover->vp))
		return 0;
	if (*there == '\0')
		code = put(mover->to, name, text);
	if (code != 0)
		return code;
	AUTO_FREE char *copy = vp_alias_place_get(mover->to, name, &code);
	if (!copy)
		return code;
	if (strcmp(copy, text) != 0)
		return vp_fail(mover->vp, VA_COULD_NOT_UPDATE_FILE,
		    "alias '%s@%s' is not what was written: it stays where it "
		    "was too",
		    name, mover->domain.real);
	return take_away(mover->from, name);
}

static unsigned long
count_lines(const char *text)
{
	unsigned long count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* What the file is that goes or that is in the way: 1 and *ret, 0 it can be
 * moved, or a code. */
static int
look_at_file(
    const struct mover *mover, const char *name, enum vpop_alias_result *ret)
{
	int kind;

	if (mover->to == &mover->files)
		return 0;
	kind = vp_alias_place_kind(&mover->files, name);
	if (kind < 0 || kind == VP_ALIAS_PLAIN)
		return kind < 0 ? kind : 0;
	*ret = kind == VP_ALIAS_LIST ? VPOP_ALIAS_LIST : VPOP_ALIAS_EMPTY;
	return 1;
}

static int
move_one(const struct mover *mover, const char *name,
    struct vpop_alias_move *ret_move)
{
	int code = look_at_file(mover, name, &ret_move->result);

	if (code != 0)
		return code < 0 ? code : 0;
	AUTO_FREE char *text = vp_alias_place_get(mover->from, name, &code);
	if (!text)
		return code;
	AUTO_FREE char *there = vp_alias_place_get(mover->to, name, &code);
	if (!there)
		return code;
	ret_move->lines = count_lines(text);
	if (*there && strcmp(there, text) != 0) {
		ret_move->result = VPOP_ALIAS_EXISTS;
		return 0;
	}
	ret_move->result = VPOP_ALIAS_MOVED;
	return move_text(mover, name, text, there);
}

/* ---- the domain ------------------------------------------------------- */

static int
move_all(const struct mover *mover)
{
	struct names names = { .count = 0 };
	int first = 0;
	int code = mover->from == &mover->files ? list_files(mover, &names)
						: list_rows(mover, &names);

	for (size_t i = 0; i < names.count && code == 0; i++) {
		struct vpop_alias_move move = { .name = names.name[i] };

		move.code = move_one(mover, names.name[i], &move);
		if (move.code != 0)
			move.result = VPOP_ALIAS_FAILED;
		if (first == 0)
			first = move.code;
		if (mover->each)
			mover->each(mover->arg, &move);
		/* The others would fare no better. */
		if (vpop_class(move.code) == VPOP_CLASS_TEMPORARY)
			break;
	}
	free(names.name);
	return code != 0 ? code : first;
}

static int
find_places(struct mover *mover, int dirfd)
{
	int code =
	    vp_alias_place_of(mover->vp, &mover->domain, dirfd, &mover->rows);

	if (code != 0)
		return code;
	mover->files = mover->rows;
	mover->files.ops = NULL;
	if (mover->rows.ops)
		return 0;
	return vp_fail(mover->vp, VA_NO_AUTH_MODULE,
	    "the aliases of '%s' are not kept in the account store: set valias "
	    "in vpopmail.conf, and auth_module to a store that keeps them",
	    mover->domain.real);
}

int
vpop_aliases_move(struct vpop *vp, const char *domain, int to_files,
    void (*each)(void *arg, const struct vpop_alias_move *move), void *arg)
{
	struct mover mover = { .vp = vp, .each = each, .arg = arg };
	AUTO_CLOSE int dirfd = -1;
	AUTO_CLOSE int lock = -1;
	int code = vp_change_start(vp);

	if (code == 0)
		code = vpop_domain_get(vp, domain, &mover.domain);
	if (code != 0)
		return code;
	dirfd = vp_domain_dir(vp, &mover.domain);
	if (dirfd < 0)
		return dirfd;
	code = find_places(&mover, dirfd);
	if (code != 0)
		return code;
	if (!vp_dry_run(vp)) {
		lock = vp_change_lock(vp, &mover.domain, dirfd);
		if (lock < 0)
			return lock;
	}
	mover.from = to_files ? &mover.rows : &mover.files;
	mover.to = to_files ? &mover.files : &mover.rows;
	return move_all(&mover);
}
