/*
 * The doctor's look at users/assign: every line well-formed, no name twice,
 * the end mark, aliases that agree with their domain, and the compiled table.
 */
#include "config.h"

#include "core/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/replace.h"
#include "base/text.h"

#define ASSIGN "assign"

/* A line that is to be left out when the file is written anew. */
struct bad {
	unsigned long *lines;
	size_t count;
};

static int
bad_add(struct vpop *vp, struct bad *bad, unsigned long line)
{
	unsigned long *lines =
	    reallocarray(bad->lines, bad->count + 1, sizeof *lines);

	if (!lines)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	bad->lines = lines;
	bad->lines[bad->count++] = line;
	return 0;
}

static int
users_folder(struct vp_doctor *doctor)
{
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "%s/users", doctor->vp->set.qmaildir) < 0) {
		path = NULL;
		return vp_fail(
		    doctor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return vp_fail_errno(doctor->vp,
		    vp_code_of_errno(errno, VA_CANNOT_READ_ASSIGN),
		    "cannot open the folder '%s'", path);
	return fd;
}

static FILE *
open_text(int users)
{
	int fd = openat(users, ASSIGN, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	FILE *fp = fd < 0 ? NULL : fdopen(fd, "r");

	if (!fp && fd >= 0)
		close(fd);
	return fp;
}

/* Copy all lines but the bad ones; the end mark is written last. */
static int
copy_good(FILE *from, FILE *to, const struct bad *bad)
{
	AUTO_FREE char *line = NULL;
	unsigned long number = 0;
	size_t cap = 0, next = 0;

	for (;;) {
		ssize_t size = vp_line_read(from, &line, &cap, VP_ASSIGN_LINE);
		if (size < 0 && errno == 0)
			break;
		number++;
		if (next < bad->count && bad->lines[next] == number) {
			next++;
			continue;
		}
		if (size < 0)
			return -1;
		if (strcmp(line, ".") == 0)
			break;
		if (fprintf(to, "%s\n", line) < 0)
			return -1;
	}
	return fputs(".\n", to) < 0 ? -1 : 0;
}

static int
write_good(int users, const struct bad *bad)
{
	AUTO_FCLOSE FILE *from = open_text(users);
	struct vp_replace to;

	if (!from || vp_replace_open(
			 &to, users, ASSIGN, 0644, (uid_t)-1, (gid_t)-1) != 0)
		return 0;
	if (copy_good(from, to.fp, bad) != 0) {
		vp_replace_abort(&to);
		return 0;
	}
	return vp_replace_commit(&to) == 0;
}

static void
tell_bad(
    struct vp_doctor *doctor, int users, const struct bad *bad, int has_end)
{
	if (bad->count == 0 && has_end)
		return;
	const int mended = doctor->repair && write_good(users, bad);
	for (size_t i = 0; i < bad->count; i++)
		vp_doctor_tell(doctor, mended,
		    "line %lu of '%s/users/assign' is malformed or doubled",
		    bad->lines[i], doctor->vp->set.qmaildir);
	if (!has_end)
		vp_doctor_tell(doctor, mended,
		    "'%s/users/assign' has no '.' line at its end",
		    doctor->vp->set.qmaildir);
}

static int
compare_by_name(const void *a, const void *b)
{
	const struct vp_assign *const *left = a, *const *right = b;
	int order = strcmp((*left)->name, (*right)->name);

	return order != 0 ? order : *left < *right ? -1 : 1;
}

/* Of several lines for a name the first counts, as for qmail. */
static int
find_doubled(
    struct vp_doctor *doctor, const unsigned long *numbers, struct bad *bad)
{
	int code = 0;

	if (!numbers)
		return 0;
	const struct vp_assign **order =
	    calloc(doctor->count + 1, sizeof *order);
	if (!order)
		return vp_fail(
		    doctor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	for (size_t i = 0; i < doctor->count; i++)
		order[i] = &doctor->list[i];
	qsort(order, doctor->count, sizeof *order, compare_by_name);
	for (size_t i = 1; i < doctor->count && code == 0; i++)
		if (strcmp(order[i]->name, order[i - 1]->name) == 0)
			code = bad_add(
			    doctor->vp, bad, numbers[order[i] - doctor->list]);
	free(order);
	return code;
}

static int
compare_numbers(const void *a, const void *b)
{
	const unsigned long *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* Forget the second entries of doubled names. */
static void
forget_doubled(struct vp_doctor *doctor)
{
	size_t kept = 0;

	vp_doctor_sort(doctor);
	for (size_t i = 0; i < doctor->count; i++)
		if (kept == 0 || strcmp(doctor->list[i].name,
				     doctor->list[kept - 1].name) != 0)
			doctor->list[kept++] = doctor->list[i];
	doctor->count = kept;
}

/* Line numbers of the entries, in step with doctor->list. */
static int
read_lines(struct vp_doctor *doctor, FILE *fp, unsigned long **numbers,
    struct bad *bad, int *ret_end)
{
	AUTO_FREE char *line = NULL;
	unsigned long number = 0;
	struct vp_assign entry;
	size_t cap = 0;
	int code = 0;

	while (code == 0) {
		ssize_t size = vp_line_read(fp, &line, &cap, VP_ASSIGN_LINE);
		if (size < 0 && errno != EMSGSIZE && errno != EILSEQ)
			break;
		number++;
		if (size >= 0 && strcmp(line, ".") == 0) {
			*ret_end = 1;
			return 0;
		}
		int kind = size < 0 ? -1 : vp_assign_parse(line, &entry);
		if (kind < 0)
			code = bad_add(doctor->vp, bad, number);
		if (kind <= 0)
			continue;
		code = vp_doctor_add(doctor, &entry);
		unsigned long *more =
		    reallocarray(*numbers, doctor->count, sizeof *more);
		if (!more)
			return vp_fail(
			    doctor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		*numbers = more;
		more[doctor->count - 1] = number;
	}
	if (code == 0 && errno != 0)
		code = vp_fail_errno(doctor->vp, VA_CANNOT_READ_ASSIGN,
		    "cannot read '%s/users/assign'", doctor->vp->set.qmaildir);
	return code;
}

static int
check_text(struct vp_doctor *doctor, int users)
{
	AUTO_FREE unsigned long *numbers = NULL;
	AUTO_FCLOSE FILE *fp = open_text(users);
	struct bad bad = { 0 };
	int has_end = 0;

	if (!fp && errno == ENOENT)
		return 0;
	if (!fp)
		return vp_fail_errno(doctor->vp, VA_CANNOT_READ_ASSIGN,
		    "cannot open '%s/users/assign'", doctor->vp->set.qmaildir);
	int code = read_lines(doctor, fp, &numbers, &bad, &has_end);
	if (code == 0)
		code = find_doubled(doctor, numbers, &bad);
	if (code == 0) {
		if (bad.count > 1)
			qsort(bad.lines, bad.count, sizeof *bad.lines,
			    compare_numbers);
		tell_bad(doctor, users, &bad, has_end);
		forget_doubled(doctor);
	}
	free(bad.lines);
	return code;
}

/* An alias has the owner and directory of its domain. */
static void
check_aliases(struct vp_doctor *doctor)
{
	struct vp_assign_how how;

	vp_assign_how(doctor->vp, &how);
	for (size_t i = 0; i < doctor->count; i++) {
		struct vp_assign *entry = &doctor->list[i];
		const struct vp_assign *real =
		    vp_doctor_find(doctor, entry->real);

		if (!real || strcmp(real->name, real->real) != 0) {
			vp_doctor_tell(doctor, 0,
			    "'%s' is an alias of '%s', which is no domain",
			    entry->name, entry->real);
			continue;
		}
		if (entry->uid == real->uid && entry->gid == real->gid &&
		    strcmp(entry->dir, real->dir) == 0)
			continue;
		entry->uid = real->uid;
		entry->gid = real->gid;
		(void)vp_copy(entry->dir, sizeof entry->dir, real->dir);
		vp_doctor_tell(doctor,
		    doctor->repair &&
			vp_assign_update(&how, entry, 1, NULL, 0, NULL) == 0,
		    "the alias '%s' has not the owner and directory of '%s'",
		    entry->name, entry->real);
	}
}

static void
check_table(struct vp_doctor *doctor, int users)
{
	struct vp_assign_how how;
	struct stat st;

	vp_assign_how(doctor->vp, &how);
	if (fstatat(users, how.cdb_name, &st, 0) != 0 && errno == ENOENT &&
	    doctor->count == 0)
		return;
	int agrees = vp_assign_check(&how);
	if (agrees == 1)
		return;
	vp_doctor_tell(doctor,
	    doctor->repair && vp_assign_compile(&how, NULL) == 0,
	    "'%s/users/%s' does not agree with users/assign", how.qmail_dir,
	    how.cdb_name);
}

/* Files that were being written when a program died. */
static void
check_leftovers(struct vp_doctor *doctor, int users)
{
	const char *names[] = { "assign.tmp", "cdb.tmp", NULL };
	AUTO_FREE char *folder = NULL;
	struct stat st;

	if (asprintf(&folder, "%s/users", doctor->vp->set.qmaildir) < 0)
		folder = NULL;
	for (size_t i = 0; names[i] && folder; i++)
		if (fstatat(users, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			vp_doctor_leftover(doctor, users, folder, names[i]);
}

int
vp_doctor_site(struct vp_doctor *doctor)
{
	AUTO_CLOSE int users = users_folder(doctor);

	if (users < 0)
		return users;
	int code = check_text(doctor, users);
	if (code != 0)
		return code;
	check_aliases(doctor);
	check_table(doctor, users);
	check_leftovers(doctor, users);
	return 0;
}
