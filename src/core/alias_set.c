/*
 * Aliases as a whole: all lines of one in one step, which a crash leaves as
 * they were or as they are to be, in files and in rows of a store.
 */
#include "config.h"

#include "core/alias_set.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "core/name.h"
#include "core/strict.h"
#include "core/userdelivery.h"
#include "qmail/dotqmail.h"

#define DEFAULT   "default" /* the domain's catch-all is no alias */
#define FILE_SIZE (VPOP_USER_SIZE + 16)

/* ---- opening ---------------------------------------------------------- */

static int
is_list(const struct vp_alias_work *work)
{
	char file[FILE_SIZE];
	struct stat st;

	if (work->place.ops ||
	    vp_dotqmail_name(work->name, file, sizeof file) != 0)
		return 0;
	return fstatat(work->domain_place.dirfd, file, &st,
		   AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISLNK(st.st_mode);
}

static int
open_work(struct vpop *vp, const char *alias, const char *domain,
    struct vp_alias_work *ret)
{
	int code;

	*ret = (struct vp_alias_work){ .vp = vp,
		.domain_place = { .dirfd = -1, .lock = -1, .hash.fd = -1 } };
	if (!alias)
		return vp_fail(vp, VA_NULL_POINTER, "no alias is given");
	if ((code = vp_name_alias(vp, alias, ret->name)) < 0)
		return code;
	if (strcmp(ret->name, DEFAULT) == 0)
		return vp_fail(vp, VA_ILLEGAL_USERNAME,
		    "'" DEFAULT "' is the domain's default action, not an "
		    "alias");
	if ((code = vp_change_start(vp)) < 0 ||
	    (code = vp_place_open(vp, domain, &ret->domain_place)) < 0 ||
	    (code = vp_place_lock(vp, &ret->domain_place)) < 0 ||
	    (code = vp_alias_place_of(vp, &ret->domain_place.domain,
		 ret->domain_place.dirfd, &ret->place)) < 0)
		return code;
	if (!ret->place.ops)
		vp_alias_file_name(ret->domain_place.dirfd, alias, ret->name);
	if (vp_format(ret->object, sizeof ret->object, "%s@%s", ret->name,
		ret->domain_place.domain.real) != 0)
		return vp_fail_errno(
		    vp, VA_USER_NAME_TOO_LONG, "alias '%s'", alias);
	if (is_list(ret))
		return vp_fail(vp, VA_FORBIDDEN,
		    "alias '%s' belongs to a mailing list", ret->object);
	ret->now = vp_alias_place_get(&ret->place, ret->name, &code);
	return ret->now ? 0 : code;
}

int
vp_alias_work_open(struct vpop *vp, const char *alias, const char *domain,
    struct vp_alias_work *ret)
{
	int code = open_work(vp, alias, domain, ret);

	/* There is a text, though it may be empty. */
	return code == 0 && !ret->now ? VA_MEMORY_ALLOC_ERR : code;
}

void
vp_alias_work_close(struct vp_alias_work *work)
{
	vp_place_close(&work->domain_place);
	free(work->now);
	vp_change_end(work->vp);
}

int
vp_alias_work_check(
    const struct vp_alias_work *work, const char *text, unsigned flags)
{
	const int exists = *work->now != '\0';

	if (exists && (flags & VPOP_ALIAS_CREATE))
		return vp_fail(work->vp, VA_USERNAME_EXISTS,
		    "alias '%s' exists already", work->object);
	if (!exists && (flags & VPOP_ALIAS_REPLACE))
		return vp_fail(work->vp, VA_USER_DOES_NOT_EXIST,
		    "alias '%s' does not exist", work->object);
	if (!exists && vp_is_strict(work->vp))
		return vp_strict_alias(&work->place, work->name, text);
	return 0;
}

struct vp_steps
vp_alias_work_steps(const struct vp_alias_work *work)
{
	return (struct vp_steps){ .domain = &work->domain_place.domain,
		.dirfd = work->domain_place.dirfd,
		.domain_fd = work->domain_place.dirfd };
}

/* ---- setting ---------------------------------------------------------- */

static int
check_line(struct vpop *vp, const char *line)
{
	if (strlen(line) >= VPOP_ALIAS_LINE_SIZE)
		return vp_fail(vp, VA_ALIAS_LINE_TOO_LONG,
		    "the line is longer than %d bytes",
		    VPOP_ALIAS_LINE_SIZE - 1);
	if (line[strspn(line, " \t\r")] == '\0')
		return vp_fail(vp, VA_INVALID_ARGUMENT, "the line is empty");
	if (!vp_is_clean(line))
		return vp_fail(
		    vp, VA_BAD_CHAR, "the line has a control character");
	return 0;
}

/* The lines as a text, malloc'd. */
static int
make_text(struct vpop *vp, const struct vpop_texts *lines, char **ret_text)
{
	size_t size;
	FILE *fp;
	int code = lines->count ? 0
				: vp_fail(vp, VA_INVALID_ARGUMENT,
				      "an alias has at least one line");

	for (size_t i = 0; code == 0 && i < lines->count; i++)
		code = check_line(vp, lines->text[i]);
	if (code < 0)
		return code;
	fp = open_memstream(ret_text, &size);
	if (!fp)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	for (size_t i = 0; i < lines->count; i++)
		fprintf(fp, "%s\n", lines->text[i]);
	if (fclose(fp) != 0)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (size > VP_DOTQMAIL_FILE)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "the lines are longer than %d bytes", VP_DOTQMAIL_FILE);
	return 0;
}

static int
change(struct vp_alias_work *work, const char *text)
{
	struct vp_steps steps = vp_alias_work_steps(work);
	struct vp_intent intent = { .event = "alias.updated",
		.object = work->object,
		.domain = work->domain_place.domain.real };
	int code = 0;

	if (strcmp(text, work->now) == 0 || vp_dry_run(work->vp))
		return 0;
	if (*work->now == '\0')
		intent.event = "alias.created";
	else
		intent.old = json_pack("{s:s, s:o}", "name", work->name,
		    "lines", vp_journal_text(work->now));
	intent.new = json_pack(
	    "{s:s, s:o}", "name", work->name, "lines", vp_journal_text(text));
	if (!intent.new || (*work->now && !intent.old))
		code = vp_fail(work->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (code == 0)
		code = vp_steps_init(work->vp, &steps);
	if (code == 0) {
		vp_steps_alias(&steps, work->name, text);
		code = vp_steps_change(work->vp, &intent, &steps);
	}
	json_decref(intent.old);
	json_decref(intent.new);
	vp_steps_clear(&steps);
	return code;
}

int
vpop_alias_set(struct vpop *vp, const char *alias, const char *domain,
    const struct vpop_texts *lines, unsigned flags)
{
	AUTO_FREE char *text = NULL;
	struct vp_alias_work work;
	int code = make_text(vp, lines, &text);

	if (code < 0)
		return code;
	code = vp_alias_work_open(vp, alias, domain, &work);
	if (code == 0)
		code = vp_alias_work_check(&work, text, flags);
	if (code == 0)
		code = change(&work, text);
	vp_alias_work_close(&work);
	return code;
}

/* ---- reading ---------------------------------------------------------- */

int
vpop_alias_get(struct vpop *vp, const char *alias, const char *domain,
    struct vpop_texts *ret_lines)
{
	struct vpop_texts lines = { .count = 0 };
	struct vpop_aliases *cursor;
	struct vpop_alias found;
	int rc;

	if (!alias)
		return vp_fail(vp, VA_NULL_POINTER, "no alias is given");
	rc = vpop_aliases_open(vp, alias, domain, &cursor);
	if (rc < 0)
		return rc;
	while ((rc = vpop_aliases_next(cursor, &found)) == 1)
		if (vpop_texts_add(&lines, found.line) != 0) {
			rc = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
			break;
		}
	vpop_aliases_close(cursor);
	if (rc == 0 && lines.count == 0)
		rc = vp_fail(vp, VA_USER_DOES_NOT_EXIST,
		    "alias '%s@%s' does not exist", alias, domain);
	if (rc < 0) {
		vpop_texts_clear(&lines);
		return rc;
	}
	*ret_lines = lines;
	return 0;
}

int
vpop_destination_line(struct vpop *vp, const char *domain,
    const char *destination, char **ret_line)
{
	AUTO_FREE char *address = NULL;
	struct vpop_domain found;
	struct vpop_user user;
	int code = vpop_domain_get(vp, domain, &found);

	if (code == 0)
		code = vp_destination(vp, found.real, destination, &address);
	if (code == 0 && !strchr(destination, '@')) {
		code = vpop_user_get(vp, destination, found.real, &user);
		explicit_bzero(&user, sizeof user);
	}
	if (code == 0 && asprintf(ret_line, "&%s", address) < 0)
		code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	return code;
}
