/*
 * Addresses that answer, in the form in which qmailadmin keeps them: a line
 * "|BIN/autorespond SECONDS COUNT DIR/NAME/message DIR/NAME" of an alias, the
 * addresses that get copies below it, and the folder DIR/NAME, called like
 * the address in upper case.
 *
 * The folder comes before the line that needs it and goes after it.  A name
 * of one character is refused: its folder could be one that accounts are
 * spread over.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"
#include "core/alias_set.h"
#include "core/answertext.h"
#include "core/domain_int.h"
#include "core/name.h"
#include "core/userdelivery.h"
#include "qmail/dotqmail.h"

#define PROGRAM "autorespond"
#define SECONDS 10000 /* as qmailadmin has them */
#define COUNT   5
#define BLANK   " \t\r"

/* The words of a line after the program's name. */
struct call {
	int64_t seconds, count;
	char *message; /* path; NULL: none */
	char *rest;    /* arguments after the folder; NULL: none */
	char *line;    /* that they point into */
};

/* ---- the line --------------------------------------------------------- */

static int
read_call(const char *line, struct call *ret)
{
	char *rest, *word;
	int index = 0;

	*ret = (struct call){ .seconds = SECONDS, .count = COUNT };
	ret->line = rest =
	    strdup(strstr(line, PROGRAM " ") + sizeof PROGRAM - 1);
	if (!rest)
		return -1;
	while (index < 4 && (word = strsep(&rest, BLANK)) != NULL) {
		if (*word == '\0')
			continue;
		if (index == 0)
			(void)vp_number(word, 0, INT32_MAX, &ret->seconds);
		else if (index == 1)
			(void)vp_number(word, 0, INT32_MAX, &ret->count);
		else if (index == 2)
			ret->message = word;
		index++;
	}
	if (rest && rest[strspn(rest, BLANK)] != '\0')
		ret->rest = rest;
	return 0;
}

/* The first such line, malloc'd; NULL if there is none. */
static char *
find_call(const struct vpop_texts *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (vpop_is_autoresponder(lines->text[i]))
			return lines->text[i];
	return NULL;
}

static int
no_memory(struct vpop *vp)
{
	return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
}

static int
is_none(struct vpop *vp, const char *name, const char *domain)
{
	return vp_fail(vp, VA_USER_DOES_NOT_EXIST,
	    "autoresponder '%s@%s' does not exist", name, domain);
}

/* ---- reading ---------------------------------------------------------- */

void
vpop_autoresponder_clear(struct vpop_autoresponder *autoresponder)
{
	vpop_texts_clear(&autoresponder->copy_to);
	free(autoresponder->text);
	autoresponder->text = NULL;
}

static int
add_copy(const char *line, struct vpop_autoresponder *ret)
{
	AUTO_FREE char *copy = strdup(line);
	struct vp_instruction found;

	if (!copy)
		return -1;
	vp_dotqmail_parse(copy, &found);
	return found.kind == VP_FORWARD
		   ? vpop_texts_add(&ret->copy_to, found.text)
		   : 0;
}

static int
read_answer(struct vpop *vp, const struct vpop_domain *domain,
    const struct call *call, struct vpop_autoresponder *ret)
{
	const char *rel =
	    call->message ? vp_path_below(domain->dir, call->message) : NULL;
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, domain);
	AUTO_FREE char *file = NULL;

	if (dirfd < 0)
		return dirfd;
	if (rel && !vpop_is_protected(rel))
		file = vp_file_read(dirfd, rel, VP_ANSWER_FILE, NULL);
	if (rel && !file && !vp_userdir_absent(errno))
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_DOT_QMAIL),
		    "cannot read '%s'", call->message);
	vp_answer_read(file ? file : "", ret->subject, &ret->text);
	return ret->text ? 0 : no_memory(vp);
}

static int
read_lines(struct vpop *vp, const char *domain_name,
    const struct vpop_texts *lines, struct vpop_autoresponder *ret)
{
	const char *line = find_call(lines);
	struct vpop_domain domain;
	struct call call;
	int code = vpop_domain_get(vp, domain_name, &domain);

	if (code < 0)
		return code;
	if (!line)
		return is_none(vp, ret->name, domain.real);
	if (read_call(line, &call) != 0)
		return no_memory(vp);
	ret->seconds = call.seconds;
	ret->count = call.count;
	code = read_answer(vp, &domain, &call, ret);
	free(call.line);
	for (size_t i = 0; code == 0 && i < lines->count; i++)
		if (add_copy(lines->text[i], ret) != 0)
			code = no_memory(vp);
	return code;
}

int
vpop_autoresponder_get(struct vpop *vp, const char *name, const char *domain,
    struct vpop_autoresponder *ret_autoresponder)
{
	struct vpop_autoresponder found = { .text = NULL };
	struct vpop_texts lines = { .count = 0 };
	int code = vp_name_alias(vp, name, found.name);

	if (code == 0)
		code = vpop_alias_get(vp, name, domain, &lines);
	if (code == VA_USER_DOES_NOT_EXIST)
		code = is_none(vp, name, domain);
	if (code == 0)
		code = read_lines(vp, domain, &lines, &found);
	vpop_texts_clear(&lines);
	if (code < 0) {
		vpop_autoresponder_clear(&found);
		return code;
	}
	*ret_autoresponder = found;
	return 0;
}

/* ---- changing --------------------------------------------------------- */

static int
set_folder(struct vpop *vp, const char *name, char ret_folder[VPOP_USER_SIZE])
{
	char checked[VPOP_USER_SIZE];
	int code = vp_name_new_user(vp, name, checked);

	if (code == 0 && checked[1] == '\0')
		code = vp_fail(vp, VA_ILLEGAL_USERNAME,
		    "'%s' is too short for the name of an autoresponder", name);
	if (code < 0)
		return code;
	for (size_t i = 0; i < sizeof checked; i++)
		ret_folder[i] = (char)toupper((unsigned char)checked[i]);
	return 0;
}

static int
put_call(struct vp_alias_work *work, const struct vpop_autoresponder *in,
    const char *folder, const char *rest, FILE *fp)
{
	const char *dir = work->domain_place.domain.dir;
	int code = vp_shell_safe(work->vp, "home directory", work->vp->home);

	if (code == 0)
		code = vp_shell_safe(work->vp, "domain's directory", dir);
	if (code == 0)
		code = vp_shell_safe(work->vp, "name", folder);
	if (code == 0)
		fprintf(fp,
		    "|%s/bin/" PROGRAM " %" PRId64 " %" PRId64
		    " %s/%s/message %s/%s%s%s\n",
		    work->vp->home, in->seconds, in->count, dir, folder, dir,
		    folder, rest ? " " : "", rest ? rest : "");
	return code;
}

/* The lines of others, and *ret_rest of ours. */
static int
keep_lines(const char *now, FILE *fp, char **ret_rest)
{
	AUTO_FREE char *copy = strdup(now);
	char *rest = copy, *line;

	while (copy && (line = strsep(&rest, "\n")) != NULL) {
		AUTO_FREE char *whole = strdup(line);
		struct vp_instruction found;
		struct call call;

		if (!whole)
			return -1;
		if (*line == '\0')
			continue;
		if (vpop_is_autoresponder(line)) {
			if (read_call(line, &call) != 0)
				return -1;
			if (call.rest && !*ret_rest)
				*ret_rest = strdup(call.rest);
			free(call.line);
			continue;
		}
		vp_dotqmail_parse(line, &found);
		if (found.kind != VP_FORWARD)
			fprintf(fp, "%s\n", whole);
	}
	return copy ? 0 : -1;
}

/* The alias, malloc'd. */
static int
make_text(struct vp_alias_work *work, const struct vpop_autoresponder *in,
    const char *folder, char **ret_text)
{
	const char *domain = work->domain_place.domain.real;
	AUTO_FREE char *kept = NULL, *rest = NULL;
	size_t size;
	int code = 0;
	FILE *fp = open_memstream(&kept, &size);

	if (!fp)
		return no_memory(work->vp);
	if (keep_lines(work->now, fp, &rest) != 0)
		code = no_memory(work->vp);
	if (fclose(fp) != 0 || code < 0)
		return no_memory(work->vp);
	fp = open_memstream(ret_text, &size);
	if (!fp)
		return no_memory(work->vp);
	code = put_call(work, in, folder, rest, fp);
	for (size_t i = 0; code == 0 && i < in->copy_to.count; i++) {
		AUTO_FREE char *address = NULL;

		code = vp_destination(
		    work->vp, domain, in->copy_to.text[i], &address);
		if (code == 0)
			fprintf(fp, "&%s\n", address);
	}
	fputs(kept, fp);
	if (fclose(fp) != 0 && code == 0)
		code = no_memory(work->vp);
	return code;
}

static json_t *
describe(const struct vpop_autoresponder *in)
{
	json_t *copies = json_array();

	for (size_t i = 0; i < in->copy_to.count; i++)
		json_array_append_new(
		    copies, vp_journal_text(in->copy_to.text[i]));
	return json_pack("{s:o, s:o, s:I, s:I}", "subject",
	    vp_journal_text(in->subject), "copy_to", copies, "seconds",
	    (json_int_t)in->seconds, "count", (json_int_t)in->count);
}

static int
change(struct vp_alias_work *work, const struct vpop_autoresponder *in,
    const char *folder, const char *text)
{
	struct vp_steps steps = vp_alias_work_steps(work);
	struct vp_intent intent = { .event = "autoresponder.updated",
		.object = work->object,
		.domain = work->domain_place.domain.real };
	AUTO_FREE char *message = NULL, *name = NULL;
	int code = 0;

	if (vp_dry_run(work->vp))
		return 0;
	message = vp_answer_make(work->object, in->subject, in->text);
	if (asprintf(&name, "%s/message", folder) < 0)
		name = NULL;
	if (*work->now == '\0')
		intent.event = "autoresponder.created";
	intent.new = describe(in);
	if (!message || !name || !intent.new)
		code = no_memory(work->vp);
	if (code == 0)
		code = vp_steps_init(work->vp, &steps);
	if (code == 0) {
		vp_steps_folder(&steps, folder);
		vp_steps_file(&steps, name, message);
		vp_steps_alias(&steps, work->name, text);
		code = vp_steps_change(work->vp, &intent, &steps);
	}
	json_decref(intent.new);
	vp_steps_clear(&steps);
	return code;
}

/* Is what is there one of them? */
static int
check_present(const struct vp_alias_work *work, unsigned flags)
{
	AUTO_FREE char *copy = strdup(work->now);
	char *rest = copy;
	const char *line;

	if (!copy)
		return no_memory(work->vp);
	if (*copy == '\0' && !(flags & VPOP_ALIAS_REPLACE))
		return 0;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (vpop_is_autoresponder(line))
			return 0;
	if (*work->now && !(flags & VPOP_ALIAS_REPLACE))
		return vp_fail(work->vp, VA_USERNAME_EXISTS,
		    "'%s' is an alias already", work->object);
	return is_none(work->vp, work->name, work->domain_place.domain.real);
}

static int
check(struct vpop *vp, const struct vpop_autoresponder *in)
{
	if (in->seconds < 1 || in->seconds > INT32_MAX || in->count < 1 ||
	    in->count > INT32_MAX)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "a sender gets at least one answer in at least one "
		    "second");
	return vp_answer_check(vp, in->subject, in->text);
}

int
vpop_autoresponder_set(struct vpop *vp, const char *domain,
    const struct vpop_autoresponder *autoresponder, unsigned flags)
{
	char folder[VPOP_USER_SIZE];
	AUTO_FREE char *text = NULL;
	struct vp_alias_work work;
	int code = check(vp, autoresponder);

	if (code == 0)
		code = set_folder(vp, autoresponder->name, folder);
	if (code < 0)
		return code;
	code = vp_alias_work_open(vp, autoresponder->name, domain, &work);
	if (code == 0)
		code = check_present(&work, flags);
	if (code == 0)
		code = make_text(&work, autoresponder, folder, &text);
	if (code == 0)
		code = vp_alias_work_check(&work, text, flags);
	if (code == 0)
		code = change(&work, autoresponder, folder, text);
	vp_alias_work_close(&work);
	return code;
}

static int
remove_all(struct vp_alias_work *work, const char *folder)
{
	struct vp_steps steps = vp_alias_work_steps(work);
	struct vp_intent intent = { .event = "autoresponder.deleted",
		.object = work->object,
		.domain = work->domain_place.domain.real };
	int code = 0;

	if (vp_dry_run(work->vp))
		return 0;
	intent.old = json_pack("{s:s}", "name", work->name);
	code =
	    intent.old ? vp_steps_init(work->vp, &steps) : no_memory(work->vp);
	if (code == 0) {
		vp_steps_alias(&steps, work->name, "");
		vp_steps_remove(&steps, folder);
		code = vp_steps_change(work->vp, &intent, &steps);
	}
	json_decref(intent.old);
	vp_steps_clear(&steps);
	return code;
}

int
vpop_autoresponder_delete(struct vpop *vp, const char *name, const char *domain)
{
	char folder[VPOP_USER_SIZE];
	struct vp_alias_work work;
	int code = set_folder(vp, name, folder);

	if (code < 0)
		return code;
	code = vp_alias_work_open(vp, name, domain, &work);
	if (code == 0)
		code = check_present(&work, VPOP_ALIAS_REPLACE);
	if (code == 0)
		code = remove_all(&work, folder);
	vp_alias_work_close(&work);
	return code;
}
