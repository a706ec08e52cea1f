/*
 * qmail's control files as objects of the site.
 *
 * A file is replaced as a whole under the lock that the library takes for it,
 * too.  Each text that it had since is kept with who wrote it and when; that
 * which was there before the first change is kept as nobody's.
 */
#include "config.h"

#include "modules/mail/control.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/lock.h"
#include "base/replace.h"
#include "base/text.h"
#include "modules/mail/records.h"
#include "modules/mail/resources.h"
#include "vpop_event.h"

#define TEXT_MAX  262144 /* bytes that can be looked at or written here */
#define LOCK_SECS 10
#define NAME_SIZE 64
#define FILE_MODE 0644

static json_t *
failed(struct mail *m, const char *what, const char *name)
{
	const char *code =
	    errno == EACCES || errno == EPERM ? "forbidden" : "unavailable";

	return mail_refuse(m, code, NULL, "cannot %s '%s/control/%s': %s", what,
	    vpop_setting(m->vp, "qmaildir"), name, strerror(errno));
}

static int
open_folder(struct mail *m)
{
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "%s/control", vpop_setting(m->vp, "qmaildir")) < 0)
		path = NULL;
	int fd = path ? vp_dir_open(path) : -1;
	if (fd < 0)
		failed(m, "open", "");
	return fd;
}

static json_t *
no_such_file(struct mail *m, const char *name)
{
	return mail_refuse(
	    m, "not-found", NULL, "there is no control file '%s' here", name);
}

/* ---- looking ------------------------------------------------------------ */

static json_t *
show_revisions(struct mail *m, const char *name)
{
	static const char sql[] =
	    "SELECT id, strftime('%Y-%m-%dT%H:%M:%SZ', time, 'unixepoch'),"
	    " actor, address, length(CAST(text AS BLOB)) FROM revision"
	    " WHERE file = ? ORDER BY id DESC LIMIT 20";
	const char *const texts[] = { name, NULL };
	json_t *array = json_array();
	sqlite3_stmt *row = NULL;
	int rc = m->db ? mail_record_run(m, sql, texts, &row) : 0;

	while (rc == 1) {
		json_array_append_new(
		    array, json_pack("{s:I, s:s, s:s, s:s, s:I}", "id",
			       (json_int_t)sqlite3_column_int64(row, 0), "time",
			       mail_record_text(row, 1), "actor",
			       mail_record_text(row, 2), "address",
			       mail_record_text(row, 3), "bytes",
			       (json_int_t)sqlite3_column_int64(row, 4)));
		rc = sqlite3_step(row) == SQLITE_ROW;
	}
	sqlite3_finalize(row);
	return array;
}

/* The file's state in *ret: 1, 0 no such file, -1 refused. */
static int
look(struct mail *m, const char *name, struct stat *ret)
{
	AUTO_CLOSE int dirfd = open_folder(m);

	if (dirfd < 0)
		return -1;
	if (fstatat(dirfd, name, ret, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISREG(ret->st_mode))
			return 1;
		mail_refuse(m, "conflict", NULL,
		    "the control file '%s' is no plain file", name);
		return -1;
	}
	if (errno == ENOENT)
		return 0;
	failed(m, "look at", name);
	return -1;
}

static json_t *
show_short(struct mail *m, const struct mail_request *r, const char *name)
{
	struct stat st;

	(void)r;
	if (look(m, name, &st) != 1)
		return NULL;
	return json_pack(
	    "{s:s, s:I}", "file", name, "bytes", (json_int_t)st.st_size);
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	const struct control_file *file;
	struct mail_page page;
	struct stat st;
	json_t *result = NULL;
	int rc = 0;

	if (mail_page_begin(m, r, &page) != 0)
		return NULL;
	for (size_t i = 0; rc >= 0 && (file = control_at(i)); i++) {
		rc = look(m, file->name, &st);
		if (rc == 1)
			rc = mail_page_offer(m, &page, file->name);
	}
	if (rc >= 0)
		result = mail_page_end(m, &page, show_short);
	mail_page_free(&page);
	return result;
}

/* The text, malloc'd; NULL and refused, or *ret_is_there 0. */
static char *
read_text(struct mail *m, const char *name, int *ret_is_there)
{
	AUTO_CLOSE int dirfd = open_folder(m);
	size_t size = 0;

	*ret_is_there = 1;
	if (dirfd < 0)
		return NULL;
	char *text = vp_file_read(dirfd, name, TEXT_MAX, &size);
	if (text && strlen(text) == size)
		return text;
	if (text)
		mail_refuse(m, "conflict", NULL,
		    "the control file '%s' is no text", name);
	else if (errno == EFBIG)
		mail_refuse(m, "conflict", NULL,
		    "the control file '%s' has more than %d bytes: use an "
		    "editor",
		    name, TEXT_MAX);
	else if (errno == ELOOP || errno == EINVAL)
		mail_refuse(m, "conflict", NULL,
		    "the control file '%s' is no plain file", name);
	else if (errno == ENOENT)
		*ret_is_there = 0;
	else
		failed(m, "read", name);
	free(text);
	return NULL;
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	int is_there;

	if (!control_find(r->key))
		return no_such_file(m, r->key);
	AUTO_FREE char *text = read_text(m, r->key, &is_there);
	if (!text)
		return is_there ? NULL : no_such_file(m, r->key);
	json_t *shown = json_string(text);
	if (!shown)
		return mail_refuse(m, "conflict", NULL,
		    "the control file '%s' is not in UTF-8: use an editor",
		    r->key);
	return json_pack("{s:{s:s, s:o, s:I, s:o}}", "object", "file", r->key,
	    "text", shown, "bytes", (json_int_t)strlen(text), "revisions",
	    show_revisions(m, r->key));
}

/* ---- changing ----------------------------------------------------------- */

static int
check_text(struct mail *m, const struct control_file *file, const char *text)
{
	size_t line;
	const char *wrong =
	    text ? control_check(file, text, &line) : "it is missing";

	if (!wrong && strlen(text) > TEXT_MAX)
		wrong = "it is too long";
	if (!wrong)
		return 0;
	mail_refuse(m, "invalid", "/text", "'%s', line %zu: %s", file->name,
	    text ? line : 0, wrong);
	return -1;
}

/* Under the lock: is it there, as this verb needs it? */
static int
check_there(struct mail *m, const struct mail_request *r)
{
	struct stat st;
	int rc = look(m, r->key, &st);

	if (rc < 0)
		return -1;
	if (r->what == MAIL_SETUP && rc == 1)
		mail_refuse(
		    m, "exists", NULL, "there is a control file '%s'", r->key);
	if (r->what != MAIL_SETUP && rc == 0)
		no_such_file(m, r->key);
	return m->refused ? -1 : 0;
}

/* text NULL: remove it. */
static int
put(struct mail *m, int dirfd, const char *name, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	const char *end = length == 0 || text[length - 1] == '\n' ? "" : "\n";
	AUTO_FREE char *whole = NULL;

	if (!text) {
		if (unlinkat(dirfd, name, 0) == 0 && vp_dir_sync(dirfd) == 0)
			return 0;
		failed(m, "remove", name);
		return -1;
	}
	if (asprintf(&whole, "%s%s", text, end) < 0) {
		whole = NULL;
		mail_refuse(m, "unavailable", NULL, "out of memory");
		return -1;
	}
	if (vp_replace_text(dirfd, name, whole, strlen(whole), FILE_MODE,
		(uid_t)-1, (gid_t)-1) == 0)
		return 0;
	failed(m, "write", name);
	return -1;
}

/* What follows from a file having changed. */
static int
reload(struct mail *m, const struct control_file *file)
{
	if (file->reload == CONTROL_NONE ||
	    (file->reload == CONTROL_SIGNAL &&
		!mail_true(m->settings, "reload")))
		return 0;
	int code = vpop_flush(m->vp);
	if (code != 0)
		mail_refuse_vpop(m, code);
	return code != 0 ? -1 : 0;
}

/* The event that a change is; called with is_ask before it. */
static int
tell(struct mail *m, const struct mail_request *r, const char *text, int is_ask)
{
	const char *old = mail_text(r->old, "text");
	char before[64], after[64];
	const struct vpop_event_new event = {
		.type = "control.changed",
		.object = r->key,
		.domain = "",
		.old_json = old ? before : NULL,
		.new_json = text ? after : NULL,
	};

	(void)vp_format(
	    before, sizeof before, "{\"bytes\":%zu}", old ? strlen(old) : 0);
	(void)vp_format(
	    after, sizeof after, "{\"bytes\":%zu}", text ? strlen(text) : 0);
	int code = is_ask ? vpop_event_ask(m->vp, &event)
			  : vpop_event_publish(m->vp, &event);
	if (code != 0)
		mail_refuse_vpop(m, code);
	return code != 0 ? -1 : 0;
}

static json_t *
change(struct mail *m, const struct mail_request *r)
{
	const struct control_file *file = control_find(r->key);
	const char *text =
	    r->what == MAIL_DELETE ? NULL : mail_text(r->new, "text");
	char lock_name[NAME_SIZE];

	if (!file)
		return no_such_file(m, r->key);
	if (r->what == MAIL_DELETE && file->is_needed)
		return mail_refuse(m, "conflict", NULL,
		    "qmail cannot do without '%s'", r->key);
	if ((r->what != MAIL_DELETE && check_text(m, file, text) != 0) ||
	    (r->is_dry && check_there(m, r) != 0))
		return NULL;
	if (r->is_dry)
		return json_object();
	AUTO_CLOSE int dirfd = open_folder(m);
	if (dirfd < 0)
		return NULL;
	(void)vp_format(lock_name, sizeof lock_name, "%s.lock", file->name);
	int lock = vp_lock(dirfd, lock_name, (uid_t)-1, (gid_t)-1, LOCK_SECS);
	if (lock < 0)
		return failed(m, "lock", r->key);
	int is_made = check_there(m, r) == 0 && tell(m, r, text, 1) == 0 &&
		      put(m, dirfd, file->name, text) == 0;
	/* The library takes the lock itself. */
	close(lock);
	return is_made && reload(m, file) == 0 ? json_object() : NULL;
}

/* ---- what became of it -------------------------------------------------- */

static int
add_revision(struct mail *m, const char *file, const char *actor,
    const char *address, const char *text)
{
	static const char old[] =
	    "DELETE FROM revision WHERE file = ?1 AND id NOT IN"
	    " (SELECT id FROM revision WHERE file = ?1"
	    " ORDER BY id DESC LIMIT 50)";

	/* A file that is not there has no text. */
	if (mail_record_change(m,
		text ? "INSERT INTO revision (file, actor, address, time, text)"
		       " VALUES (?, ?, ?, strftime('%s', 'now'), ?)"
		     : "INSERT INTO revision (file, actor, address, time)"
		       " VALUES (?, ?, ?, strftime('%s', 'now'))",
		(const char *const[]){ file, actor, address, text, NULL }) != 0)
		return -1;
	return mail_record_change(m, old, (const char *const[]){ file, NULL });
}

static int
remember(struct mail *m, const struct mail_request *r)
{
	const char *old = mail_text(r->old, "text");
	const char *text =
	    r->what == MAIL_DELETE ? NULL : mail_text(r->new, "text");
	sqlite3_stmt *row = NULL;
	int known =
	    mail_record_run(m, "SELECT 1 FROM revision WHERE file = ? LIMIT 1",
		(const char *const[]){ r->key, NULL }, &row);

	sqlite3_finalize(row);
	if (known < 0 ||
	    (known == 0 && old && add_revision(m, r->key, "", "", old) != 0) ||
	    add_revision(m, r->key, r->actor, r->address, text) != 0)
		return -1;
	return tell(m, r, text, 0);
}

/* The text that a file had. */
static json_t *
act(struct mail *m, const struct mail_request *r)
{
	static const char sql[] = "SELECT text FROM revision WHERE file = ? AND"
				  " id = CAST(? AS INTEGER)";
	json_int_t id = mail_integer(r->input, "id", 0);
	sqlite3_stmt *row;
	char number[32];

	if (strcmp(r->action, "revision") != 0)
		return mail_refuse(m, "unsupported", NULL,
		    "there is no action '%s' of control files", r->action);
	(void)vp_format(number, sizeof number, "%lld", (long long)id);
	int rc = mail_record_run(
	    m, sql, (const char *const[]){ r->key, number, NULL }, &row);
	json_t *result = NULL;
	if (rc == 1)
		result = json_pack("{s:{s:I, s:s}}", "result", "id", id, "text",
		    mail_record_text(row, 0));
	else if (rc == 0)
		mail_refuse(m, "not-found", "/id",
		    "the control file '%s' has no such revision", r->key);
	sqlite3_finalize(row);
	return result;
}

const struct mail_resource mail_control = {
	.name = "control",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_SETUP] = change,
		[MAIL_MODIFY] = change,
		[MAIL_DELETE] = change,
		[MAIL_ACT] = act,
	},
	.after = remember,
	.root = 1U << MAIL_SETUP | 1U << MAIL_MODIFY | 1U << MAIL_DELETE,
};
