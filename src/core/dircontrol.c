/*
 * The balanced directory tree.
 *
 * Hash directories have an order: the folder itself, then "0".."z", then
 * "0/0".."z/z", then "0/0/0".."z/z/z", after which the third level comes
 * again.  While nothing was deleted, the n-th entry goes to the directory
 * with the number n / 100, and the_dir and cur_users are in step.  When they
 * are not, the present directory is counted, so that it is neither left half
 * empty nor filled for ever.
 *
 * The file has fields that can be computed from the_dir.  They are written
 * for other programs and never believed.
 */
#include "config.h"

#include "core/dircontrol.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/dircontrol_int.h"
#include "core/domain.h"

#define LETTERS       62ul
#define LEVELS        3
#define PER_DIRECTORY 100
#define FILE_BYTES    4096

#define FIRST_2       (1 + LETTERS) /* number of "0/0" */
#define FIRST_3       (FIRST_2 + LETTERS * LETTERS)
#define COUNT_3       (LETTERS * LETTERS * LETTERS)

static const char alphabet[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static void
name_of(unsigned long number, char ret_rel[VP_DIR_REL_SIZE])
{
	unsigned long first = 1, size = LETTERS;
	int depth = 1;

	ret_rel[0] = '\0';
	if (number == 0)
		return;
	if (number >= FIRST_3)
		number = FIRST_3 + (number - FIRST_3) % COUNT_3;
	while (number - first >= size) {
		first += size;
		size *= LETTERS;
		depth++;
	}
	number -= first;
	for (int i = depth - 1; i >= 0; i--) {
		ret_rel[i * 2] = alphabet[number % LETTERS];
		ret_rel[i * 2 + 1] = i == depth - 1 ? '\0' : '/';
		number /= LETTERS;
	}
}

/* The number of a directory; rel is well-formed. */
static unsigned long
number_of(const char *rel)
{
	static const unsigned long first[] = { 1, FIRST_2, FIRST_3 };
	unsigned long number = 0;
	size_t depth = (strlen(rel) + 1) / 2;

	if (depth == 0)
		return 0;
	for (size_t i = 0; i < depth; i++)
		number =
		    number * LETTERS +
		    (unsigned long)(strchr(alphabet, rel[i * 2]) - alphabet);
	return first[depth - 1] + number;
}

void
vp_dircontrol_nth(unsigned long n, char ret_rel[VP_DIR_REL_SIZE])
{
	name_of(n / PER_DIRECTORY, ret_rel);
}

int
vp_dircontrol_is_rel(const char *rel)
{
	size_t length = strlen(rel);

	if (length == 0)
		return 1;
	if (length % 2 == 0 || length > LEVELS * 2 - 1)
		return 0;
	for (size_t i = 0; i < length; i++)
		if (i % 2 ? rel[i] != '/' : !strchr(alphabet, rel[i]))
			return 0;
	return 1;
}

int
vp_dircontrol_copy(char ret_rel[VP_DIR_REL_SIZE], char *text)
{
	size_t length = strlen(text);

	if (length > 1 && text[length - 1] == '/')
		text[length - 1] = '\0';
	if (!vp_dircontrol_is_rel(text))
		return -1;
	return vp_copy(ret_rel, VP_DIR_REL_SIZE, text);
}

int
vp_dircontrol_index(const char *rel, int32_t ret_index[3])
{
	int depth = ((int)strlen(rel) + 1) / 2;

	for (int i = 0; i < LEVELS; i++)
		ret_index[i] =
		    i < depth
			? (int32_t)(strchr(alphabet, rel[i * 2]) - alphabet)
			: 0;
	return depth;
}

static int
unusable(struct vpop *vp, int line, const char *text)
{
	return vp_fail(vp, VA_COULD_NOT_UPDATE_FILE,
	    "'%s' line %d: '%.64s' cannot be used", VP_DIR_CONTROL, line, text);
}

/* 0 can have been counted down by older releases: then it is a number near
 * the largest there is. */
static int
parse_count(struct vpop *vp, const char *text, unsigned long *ret_count)
{
	int64_t count = 0;

	if (vp_number(text, 0, INT64_MAX, &count) != 0 &&
	    (errno != ERANGE || text[0] == '-'))
		return unusable(vp, 1, text);
	*ret_count = (unsigned long)count;
	return 0;
}

/* The path is on line 8, or on line 9 of files of some releases. */
static int
parse(struct vpop *vp, char *text, struct vp_dircontrol *control)
{
	char *line = NULL, *dir = NULL;
	int number = 0, code, at = 8;

	if (*text == '\0')
		return 0;
	while ((line = strsep(&text, "\n")) != NULL) {
		line[strcspn(line, "\r")] = '\0';
		number++;
		if (number == 1) {
			code = parse_count(vp, line, &control->cur_users);
			if (code != 0)
				return code;
		}
		if (number == 8 || (number == 9 && *line)) {
			dir = line;
			at = number;
		}
	}
	if (!dir)
		return unusable(vp, number, "the end of the file");
	if (vp_dircontrol_copy(control->the_dir, dir) != 0)
		return unusable(vp, at, dir);
	return 0;
}

static int
read_file(struct vpop *vp, struct vp_dircontrol *control)
{
	AUTO_FREE char *text =
	    vp_file_read(control->dirfd, VP_DIR_CONTROL, FILE_BYTES, NULL);

	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
		    "cannot read '%s'", VP_DIR_CONTROL);
	control->found = 1;
	return parse(vp, text, control);
}

int
vp_dircontrol_open(struct vpop *vp, const struct vpop_domain *domain, int dirfd,
    int backfill, uid_t uid, gid_t gid, struct vp_dircontrol *ret)
{
	*ret = (struct vp_dircontrol){
		.dirfd = dirfd,
		.backfill = backfill,
		.uid = uid,
		.gid = gid,
		.present = -1,
	};
	int code = vp_dircontrol_keeper(vp, domain, dirfd, ret);
	if (code > 0)
		code = vp_dircontrol_get(vp, ret);
	if (code == 0)
		code = read_file(vp, ret);
	code = code < 0 ? code : 0;
	if (code == 0 && backfill)
		code = vp_freed_open(vp, ret);
	return code;
}

static int
is_folder(int dirfd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* How many entries are in a hash directory: names of one character are hash
 * directories, and ours never begin with a dot.  -1 and errno. */
static long
count_entries(int dirfd, const char *rel)
{
	int fd = vp_dir_open_at(dirfd, rel);
	long count = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	DIR *dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -1;
	}
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry)
			break;
		if (entry->d_name[0] != '.' && entry->d_name[1] != '\0' &&
		    is_folder(fd, entry))
			count++;
	}
	int cause = errno;
	closedir(dir);
	errno = cause;
	return cause == 0 ? count : -1;
}

static int
cannot_count(struct vpop *vp, const char *rel)
{
	return vp_fail_errno(vp, vp_code_of_errno(errno, VA_SUBDIR_CREATION),
	    "cannot count the entries of the directory '%s'", *rel ? rel : ".");
}

/* Go on to the next directory if the present one is full. */
static int
advance(struct vpop *vp, struct vp_dircontrol *control)
{
	/* The first directory is number 0, and entries count from 1. */
	long capacity = control->the_dir[0] ? PER_DIRECTORY : PER_DIRECTORY - 1;

	if (control->present < 0) {
		long count = count_entries(control->dirfd, control->the_dir);

		if (count < 0)
			return cannot_count(vp, control->the_dir);
		control->present = count + control->taken;
	}
	if (control->present < capacity)
		return 0;
	name_of(number_of(control->the_dir) + 1, control->the_dir);
	control->present = count_entries(control->dirfd, control->the_dir);
	if (control->present < 0)
		return cannot_count(vp, control->the_dir);
	return 0;
}

int
vp_dircontrol_take(struct vpop *vp, struct vp_dircontrol *control,
    char ret_rel[VP_DIR_REL_SIZE])
{
	char rel[VP_DIR_REL_SIZE];

	if (!control->backfill || !vp_freed_pop(control, rel)) {
		char due[VP_DIR_REL_SIZE];
		unsigned long n = control->cur_users + 1;

		vp_dircontrol_nth(control->cur_users, due);
		if (strcmp(due, control->the_dir) != 0 ||
		    n % PER_DIRECTORY == 0) {
			int code = advance(vp, control);
			if (code != 0)
				return code;
		}
		memcpy(rel, control->the_dir, sizeof rel);
		if (control->present >= 0)
			control->present++;
		else
			control->taken++;
	}
	if (vp_dir_make_all(control->dirfd, rel, VP_MODE_DIR, control->uid,
		control->gid) != 0)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_SUBDIR_CREATION),
		    "cannot make the directory '%s'", rel);
	control->cur_users++;
	control->dirty = 1;
	memcpy(ret_rel, rel, sizeof rel);
	return 0;
}

int
vp_dircontrol_give(
    struct vpop *vp, struct vp_dircontrol *control, const char *rel)
{
	if (!vp_dircontrol_is_rel(rel))
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "'%s' is not the path of a hash directory", rel);
	if (control->cur_users > 0)
		control->cur_users--;
	control->dirty = 1;
	if (*rel && control->backfill)
		return vp_freed_push(vp, control, rel);
	return 0;
}

static int
save_state(struct vpop *vp, const struct vp_dircontrol *control)
{
	char text[256];
	int32_t index[LEVELS];
	int depth = vp_dircontrol_index(control->the_dir, index);

	if (vp_format(text, sizeof text,
		"%lu\n%d\n%d\n0 0 0\n61 61 61\n0 2 4\n%d %d %d\n%s\n",
		control->cur_users, depth > 0 ? depth - 1 : 0, LEVELS, index[0],
		index[1], index[2], control->the_dir) != 0 ||
	    vp_replace_text(control->dirfd, VP_DIR_CONTROL, text, strlen(text),
		VP_MODE_FILE, control->uid, control->gid) != 0)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
		    "cannot write '%s'", VP_DIR_CONTROL);
	return 0;
}

int
vp_dircontrol_close(struct vpop *vp, struct vp_dircontrol *control, int save)
{
	int code = 0;

	if (save && control->dirty)
		code = control->ops ? vp_dircontrol_keep(vp, control, 0)
				    : save_state(vp, control);
	if (save && control->freed_dirty && code == 0)
		code = vp_freed_save(vp, control);
	vp_freed_close(control);
	return code;
}

int
vp_dircontrol_rel(const char *domain_dir, const char *dir, const char *user,
    char ret_rel[VP_DIR_REL_SIZE])
{
	const char *below = vp_path_below(domain_dir, dir);
	const char *last = below ? strrchr(below, '/') : NULL;
	char rel[VP_DIR_REL_SIZE] = "";

	if (!below || strcmp(last ? last + 1 : below, user) != 0)
		return -1;
	if (last) {
		size_t length = (size_t)(last - below);

		if (length >= sizeof rel)
			return -1;
		memcpy(rel, below, length);
		rel[length] = '\0';
	}
	if (!vp_dircontrol_is_rel(rel))
		return -1;
	memcpy(ret_rel, rel, sizeof rel);
	return 0;
}
