/*
 * Making a mailing list what it shall be.
 *
 * ezmlm-make may write any of the list's files anew.  What it knows nothing
 * of, or would need a secret in its arguments for, is written behind it: the
 * text of the prefix, Reply-To fields, the database of the subscribers, and
 * last inlocal, without which ezmlm-idx refuses mail for a virtual domain.
 * The database's access is set aside before ezmlm-make runs, and put back
 * afterwards by a rename, so that it is never lost.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/replace.h"
#include "base/sync.h"
#include "base/text.h"
#include "core/list_int.h"

#define MAX_FILE 65536
#define KEPT     "subdb.kept"
#define REPLY_TO "Reply-To"

static int
no_memory(const struct vp_list *list)
{
	return vp_fail(list->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
}

static int
failed(const struct vp_list *list, const char *file)
{
	return vp_fail_errno(list->vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
	    "cannot update '%s/%s/%s'", list->domain.dir, list->name, file);
}

static int
put(const struct vp_list *list, const char *file, const char *text)
{
	if (vp_replace_text(list->listfd, file, text, strlen(text),
		VP_MODE_FILE, list->domain.uid, list->domain.gid) == 0)
		return 0;
	return failed(list, file);
}

/* Take the Reply-To fields out of a list of fields and put line behind it. */
static int
put_field(const struct vp_list *list, const char *file, const char *line)
{
	AUTO_FREE char *old = vp_file_read(list->listfd, file, MAX_FILE, NULL);
	AUTO_FREE char *text = NULL;
	char *rest = old, *field;
	size_t size = 0;

	if (!old && errno != ENOENT)
		return failed(list, file);
	FILE *fp = open_memstream(&text, &size);
	if (!fp)
		return no_memory(list);
	while ((field = strsep(&rest, "\n")) != NULL) {
		size_t length = strcspn(field, ": \t\r");

		if (*field == '\0' ||
		    (length == sizeof REPLY_TO - 1 &&
			strncasecmp(field, REPLY_TO, length) == 0))
			continue;
		fprintf(fp, "%s\n", field);
	}
	fputs(line, fp);
	if (fclose(fp) != 0)
		return no_memory(list);
	return put(list, file, text);
}

static int
put_reply(const struct vp_list *list, const struct vp_list_wish *wish)
{
	AUTO_FREE char *line = NULL;
	int rc, code;

	if (wish->reply == VPOP_LIST_REPLY_ADDRESS)
		rc = asprintf(&line, REPLY_TO ": %s\n", wish->reply_address);
	else
		rc = asprintf(&line, "%s",
		    wish->reply == VPOP_LIST_REPLY_LIST ? REPLY_TO
			": <#l#>@<#h#>\n"
							: "");
	if (rc < 0) {
		line = NULL;
		return no_memory(list);
	}
	code = put_field(list, "headeradd", line);
	if (code < 0)
		return code;
	return put_field(list, "headerremove", *line ? REPLY_TO "\n" : "");
}

static int
put_sql(const struct vp_list *list)
{
	if (renameat(list->listfd, KEPT, list->listfd, "subdb") == 0 ||
	    errno == ENOENT)
		return 0;
	return failed(list, "subdb");
}

/* The local part that qmail gives to the list's commands. */
static char *
inlocal(const struct vp_list *list)
{
	char *text = NULL;

	if (asprintf(&text, "%s-%s", list->domain.real, list->name) < 0)
		return NULL;
	return text;
}

int
vp_list_is_made(const struct vp_list *list)
{
	AUTO_FREE char *wanted = inlocal(list);
	AUTO_FREE char *found = NULL;

	if (!wanted)
		return no_memory(list);
	if (list->listfd < 0)
		return 0;
	found = vp_file_read(list->listfd, "inlocal", MAX_FILE, NULL);
	if (!found && errno != ENOENT)
		return failed(list, "inlocal");
	return found && strcmp(found, wanted) == 0;
}

/* The part that is not ezmlm-make's. */
static int
write_files(const struct vp_list *list, const struct vp_list_wish *wish)
{
	AUTO_FREE char *local = inlocal(list);
	int code = 0;

	if (!local)
		return no_memory(list);
	if (*wish->prefix)
		code = put(list, "prefix", wish->prefix);
	if (code == 0)
		code = put_reply(list, wish);
	if (code == 0)
		code = put_sql(list);
	/* One sync for what ezmlm-make wrote, before anything says that the
	 * list is whole. */
	if (code == 0 && vp_sync_all(list->listfd) != 0)
		code = failed(list, "");
	if (code == 0)
		code = put(list, "inlocal", local);
	return code;
}

/* Start with the letters: "-e+aB..." or "-aB...". */
static int
make(const struct vp_list *list, const struct vp_list_wish *wish)
{
	AUTO_FREE char *letters = NULL;
	AUTO_FREE char *owner = NULL;
	AUTO_FREE char *dir = NULL;
	AUTO_FREE char *dot = NULL;
	const char *argv[8] = { "ezmlm-make" };
	size_t argc = 1;

	if (asprintf(&letters, "-%s%s", wish->edit ? "e+" : "", wish->letters) <
		0 ||
	    asprintf(&owner, "-5%s", wish->owner ? wish->owner : "") < 0 ||
	    asprintf(&dir, "%s/%s", list->domain.dir, list->name) < 0 ||
	    asprintf(&dot, "%s/%s", list->domain.dir, list->file) < 0)
		return no_memory(list);
	argv[argc++] = letters;
	if (wish->owner)
		argv[argc++] = owner;
	argv[argc++] = dir;
	argv[argc++] = dot;
	argv[argc++] = list->name;
	argv[argc] = list->domain.real;
	return vp_list_run(list, argv, NULL);
}

/* A list that has no database now may have been left one by a failure. */
static int
set_aside(const struct vp_list *list, const char *sql)
{
	if (*sql)
		return put(list, KEPT, sql);
	if (unlinkat(list->listfd, KEPT, 0) == 0 || errno == ENOENT)
		return 0;
	return failed(list, KEPT);
}

int
vp_list_apply(struct vp_list *list, const struct vp_list_wish *wish)
{
	int code = 0;

	if (wish->edit && wish->sql)
		code = set_aside(list, wish->sql);
	if (code == 0)
		code = make(list, wish);
	if (code == 0 && vp_list_enter(list) != 0)
		code = failed(list, "");
	if (code == 0 && !wish->edit && *wish->sql)
		code = put(list, KEPT, wish->sql);
	return code < 0 ? code : write_files(list, wish);
}
