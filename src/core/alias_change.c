/*
 * Changing aliases.  Where the account store keeps them an alias is its rows,
 * changed line by line (alias_row.c); elsewhere it is one file, replaced as a
 * whole under the domain's account lock; an alias without lines has no file,
 * because to qmail an empty one means the default delivery.
 *
 * The file of a mailing list is a link into the list's folder: it can be
 * deleted, but its lines belong to the list's programs.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/line.h"
#include "base/text.h"
#include "core/alias_row.h"
#include "core/atomic.h"
#include "core/name.h"
#include "core/strict.h"
#include "qmail/dotqmail.h"

#define DEFAULT "default" /* the domain's catch-all is no alias */
#define BLANK   " \t\r"

/* An alias that is being changed. */
struct work {
	struct vpop *vp;
	struct vpop_domain domain;
	const char *given; /* not NULL: a file with these capitals will do */
	char name[VPOP_USER_SIZE];
	char file[VPOP_USER_SIZE + 16];
	char object[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	int dirfd, lock;
	int exists, is_link;
	char *text;                       /* "" if there is no file */
	const struct vpop_store_ops *ops; /* not NULL: rows, no file */
	struct vpop_store *store;
};

static void
finish(struct work *work)
{
	if (work->dirfd >= 0)
		close(work->dirfd);
	if (work->lock >= 0)
		close(work->lock);
	free(work->text);
	vp_change_end(work->vp);
}

static int
read_rows(struct work *work)
{
	int code;

	work->text = vp_alias_text(
	    work->vp, work->ops, work->store, &work->domain, work->name, &code);
	if (!work->text)
		return code;
	work->exists = work->text[0] != '\0';
	return 0;
}

/* What follows from the alias's name. */
static int
set_names(struct work *work)
{
	if (vp_dotqmail_name(work->name, work->file, sizeof work->file) == 0 &&
	    vp_format(work->object, sizeof work->object, "%s@%s", work->name,
		work->domain.real) == 0)
		return 0;
	return vp_fail_errno(
	    work->vp, VA_USER_NAME_TOO_LONG, "alias name '%s'", work->name);
}

static int
read_text(struct work *work)
{
	struct stat st;
	size_t size = 0;
	int kept = vp_store_keeps(work->vp, VPOP_KEEP_ALIASES, &work->domain,
	    &work->ops, &work->store);

	if (kept != 0)
		return kept < 0 ? kept : read_rows(work);
	if (work->given) {
		vp_alias_file_name(work->dirfd, work->given, work->name);
		if ((kept = set_names(work)) < 0)
			return kept;
	}
	if (fstatat(work->dirfd, work->file, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno != ENOENT)
			return vp_fail_errno(work->vp,
			    VA_COULD_NOT_OPEN_DOT_QMAIL,
			    "cannot look at '%s/%s'", work->domain.dir,
			    work->file);
	} else {
		work->exists = 1;
		work->is_link = S_ISLNK(st.st_mode);
	}
	if (!work->exists || work->is_link)
		work->text = strdup("");
	else
		work->text = vp_file_read(
		    work->dirfd, work->file, VP_DOTQMAIL_FILE, &size);
	if (work->text && strlen(work->text) == size)
		return 0;
	if (work->text)
		errno = EILSEQ;
	return vp_fail_errno(work->vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_DOT_QMAIL),
	    "cannot read '%s/%s'", work->domain.dir, work->file);
}

static int
check_name(struct work *work, const char *alias)
{
	int code = vp_name_alias(work->vp, alias, work->name);

	if (code < 0)
		return code;
	if (strcmp(work->name, DEFAULT) == 0)
		return vp_fail(work->vp, VA_ILLEGAL_USERNAME,
		    "'%s' is the domain's default action, not an alias",
		    work->name);
	return 0;
}

/* Find, lock and read; finish() in any case.  is_new: mail must find what is
 * written. */
static int
start(struct vpop *vp, const char *alias, const char *domain, int is_new,
    struct work *work)
{
	int code;

	*work = (struct work){ .vp = vp,
		.given = is_new ? NULL : alias,
		.dirfd = -1,
		.lock = -1 };
	if (!alias || !domain)
		return vp_fail(vp, VA_NULL_POINTER, "no %s is given",
		    alias ? "domain" : "alias");
	if ((code = check_name(work, alias)) < 0 ||
	    (code = vp_change_start(vp)) < 0 ||
	    (code = vpop_domain_get(vp, domain, &work->domain)) < 0 ||
	    (code = set_names(work)) < 0)
		return code;
	work->dirfd = vp_domain_dir(vp, &work->domain);
	if (work->dirfd < 0)
		return work->dirfd;
	if (!vp_dry_run(vp)) {
		work->lock = vp_change_lock(vp, &work->domain, work->dirfd);
		if (work->lock < 0)
			return work->lock;
	}
	return read_text(work);
}

static int
does_not_exist(const struct work *work)
{
	return vp_fail(work->vp, VA_USER_DOES_NOT_EXIST,
	    "alias '%s' does not exist", work->object);
}

static int
is_list(const struct work *work)
{
	return vp_fail(work->vp, VA_FORBIDDEN,
	    "alias '%s' belongs to a mailing list", work->object);
}

/* Journal and write; text NULL removes the file.  line: what comes or goes,
 * NULL: all.  old and new are taken. */
static int
put(struct work *work, const char *text, const char *line, json_t *old,
    json_t *new)
{
	const struct vp_alias_row row = { .domain = &work->domain,
		.ops = work->ops,
		.store = work->store,
		.name = work->name,
		.line = line,
		.insert = new != NULL };
	struct vp_intent intent = { .event = "alias.updated",
		.object = work->object,
		.domain = work->domain.real,
		.old = old,
		.new = new };
	const struct vp_atomic file = { .domain = &work->domain,
		.dirfd = work->dirfd,
		.name = work->file,
		.text = text,
		.size = text ? strlen(text) : 0,
		.mode = VP_MODE_FILE };
	int code = 0;

	if (!text)
		intent.event = "alias.deleted";
	else if (!work->exists)
		intent.event = "alias.created";
	if (!vp_dry_run(work->vp))
		code = work->ops ? vp_alias_row_change(work->vp, &intent, &row)
				 : vp_atomic_change(work->vp, &intent, &file);
	json_decref(old);
	json_decref(new);
	return code;
}

/* What changed of an alias, for the journal. */
static json_t *
describe(const struct work *work, const char *what, const char *line)
{
	return json_pack(
	    "{s:s, s:o}", "name", work->name, what, vp_journal_text(line));
}

static int
check_line(struct vpop *vp, const char *line)
{
	if (!line)
		return vp_fail(vp, VA_NULL_POINTER, "no line is given");
	if (strlen(line) >= VPOP_ALIAS_LINE_SIZE)
		return vp_fail(vp, VA_ALIAS_LINE_TOO_LONG,
		    "the line is longer than %d bytes",
		    VPOP_ALIAS_LINE_SIZE - 1);
	if (line[strspn(line, BLANK)] == '\0')
		return vp_fail(vp, VA_INVALID_ARGUMENT, "the line is empty");
	if (!vp_is_clean(line))
		return vp_fail(
		    vp, VA_BAD_CHAR, "the line has a control character");
	return 0;
}

/* The next line of *rest: its length, -1 at the end.  *rest moves on. */
static ssize_t
next_line(const char **rest, const char **ret_line)
{
	const char *line = *rest;
	size_t length = strcspn(line, "\n");

	if (*line == '\0')
		return -1;
	*ret_line = line;
	*rest = line + length + (line[length] == '\n');
	return (ssize_t)length;
}

static int
is_line(const char *text, ssize_t length, const char *line)
{
	return (size_t)length == strlen(line) &&
	       memcmp(text, line, (size_t)length) == 0;
}

static int
has_line(const char *text, const char *line)
{
	const char *found;
	ssize_t length;

	while ((length = next_line(&text, &found)) >= 0)
		if (is_line(found, length, line))
			return 1;
	return 0;
}

static int
insert(struct work *work, const char *line)
{
	size_t size = strlen(work->text);
	AUTO_FREE char *text = NULL;

	if (work->is_link)
		return is_list(work);
	if (has_line(work->text, line))
		return vp_fail(work->vp, VA_USERNAME_EXISTS,
		    "alias '%s' has this line already", work->object);
	if (size + strlen(line) + 2 > VP_DOTQMAIL_FILE)
		return vp_fail(work->vp, VA_COULD_NOT_UPDATE_FILE,
		    "alias '%s' would be larger than %d bytes", work->object,
		    VP_DOTQMAIL_FILE);
	if (asprintf(&text, "%s%s%s\n", work->text,
		size > 0 && work->text[size - 1] != '\n' ? "\n" : "",
		line) < 0) {
		text = NULL;
		return vp_fail(work->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	if (!work->exists && vp_is_strict(work->vp)) {
		const struct vp_alias_place place = { .vp = work->vp,
			.domain = &work->domain,
			.dirfd = work->dirfd,
			.ops = work->ops,
			.store = work->store };
		int code = vp_strict_alias(&place, work->name, line);

		if (code < 0)
			return code;
	}
	return put(work, text, line, NULL, describe(work, "added", line));
}

int
vpop_alias_insert(
    struct vpop *vp, const char *alias, const char *domain, const char *line)
{
	struct work work;
	int code = check_line(vp, line);

	if (code < 0)
		return code;
	code = start(vp, alias, domain, 1, &work);
	if (code == 0 && work.text)
		code = insert(&work, line);
	finish(&work);
	return code;
}

/* The text without the line, in place.  1 if something else than blanks is
 * left. */
static int
cut_line(char *text, const char *line)
{
	const char *rest = text, *found;
	int useful = 0;
	ssize_t length;
	char *end = text;

	while ((length = next_line(&rest, &found)) >= 0) {
		if (is_line(found, length, line))
			continue;
		if ((ssize_t)strspn(found, BLANK) < length)
			useful = 1;
		memmove(end, found, (size_t)length);
		end += length;
		*end++ = '\n';
	}
	*end = '\0';
	return useful;
}

static int
remove_line(struct work *work, const char *line)
{
	AUTO_FREE char *text = NULL;

	if (work->is_link)
		return is_list(work);
	if (!has_line(work->text, line))
		return vp_fail(work->vp, VA_USER_DOES_NOT_EXIST,
		    "alias '%s' has no such line", work->object);
	/* Room for the line end that the last line may lack. */
	if (asprintf(&text, "%s\n", work->text) < 0) {
		text = NULL;
		return vp_fail(work->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	text[strlen(work->text)] = '\0';
	int useful = cut_line(text, line);
	return put(work, useful ? text : NULL, line,
	    describe(work, "removed", line), NULL);
}

int
vpop_alias_remove(
    struct vpop *vp, const char *alias, const char *domain, const char *line)
{
	struct work work;
	int code;

	if (!line)
		return vp_fail(vp, VA_NULL_POINTER, "no line is given");
	if (*line == '\0')
		return vp_fail(vp, VA_INVALID_ARGUMENT, "the line is empty");
	code = start(vp, alias, domain, 0, &work);
	if (code == 0 && work.text)
		code = remove_line(&work, line);
	finish(&work);
	return code;
}

int
vpop_alias_delete(struct vpop *vp, const char *alias, const char *domain)
{
	struct work work;
	int code = start(vp, alias, domain, 0, &work);

	if (code == 0 && !work.exists)
		code = does_not_exist(&work);
	else if (code == 0)
		code = put(&work, NULL, NULL,
		    describe(&work, "lines", work.text), NULL);
	finish(&work);
	return code;
}
