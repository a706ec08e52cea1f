/*
 * Making, listing and taking back app passwords.  The file is replaced as a
 * whole under the domain's lock; a damaged one is not written over.
 */
#include "config.h"

#include "core/apppassword.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/line.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/domain_int.h"
#include "core/user_int.h"

#define MAX_LINES  50
#define ID_LETTERS "0123456789abcdef"
#define GROUP      4 /* characters between dashes */

struct list {
	struct vp_app_line *lines; /* MAX_LINES + 1 */
	size_t count;
};

/* The account's file; none is an empty list.  lines is malloc'd. */
static int
read_list(
    struct vpop *vp, const struct vpop_user *user, int home, struct list *ret)
{
	AUTO_FREE char *text =
	    vp_file_read(home, VP_APP_FILE, VP_APP_FILE_MAX, NULL);
	char *rest = text, *line;

	ret->count = 0;
	ret->lines = calloc(MAX_LINES + 1, sizeof *ret->lines);
	if (!ret->lines)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (!text && errno != ENOENT)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
		    "cannot read '%s/%s'", user->dir, VP_APP_FILE);
	while ((line = strsep(&rest, "\n")) && *line)
		if (ret->count == MAX_LINES ||
		    vp_app_line_parse(line, &ret->lines[ret->count++]) != 0)
			return vp_fail(vp, VA_PARSE_ERROR,
			    "'%s/%s' is damaged: mend or remove it", user->dir,
			    VP_APP_FILE);
	return 0;
}

static int
write_list(struct vpop *vp, const struct vp_place *place,
    const struct vpop_user *user, int home, const struct list *list)
{
	struct vp_replace file;
	int rc = vp_replace_open(&file, home, VP_APP_FILE, VP_MODE_FILE,
	    place->domain.uid, place->domain.gid);

	for (size_t i = 0; rc == 0 && i < list->count; i++) {
		const struct vpop_app_password *password =
		    &list->lines[i].password;

		fprintf(file.fp, "%s:%u:%" PRId64 ":%" PRId64 ":%s:%s\n",
		    password->id, password->services,
		    (int64_t)password->created, (int64_t)password->expires,
		    list->lines[i].sum, password->label);
	}
	if (rc == 0)
		rc = vp_replace_commit(&file);
	if (rc != 0)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
		    "cannot update '%s/%s'", user->dir, VP_APP_FILE);
	return 0;
}

/* What the journal tells; never the secret or its sum. */
static json_t *
describe(const struct vpop_app_password *password)
{
	return json_pack("{s:s, s:o, s:i, s:I}", "id", password->id, "label",
	    vp_journal_text(password->label), "services",
	    (int)password->services, "expires", (json_int_t)password->expires);
}

static int
put(struct vpop *vp, const struct vp_place *place, const struct vpop_user *user,
    int home, const struct list *list, struct vp_intent *intent)
{
	AUTO_FREE char *object = vp_user_object(user->name, place->domain.real);

	if (!object || (!intent->old && !intent->new))
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	intent->object = object;
	intent->domain = place->domain.real;
	int code = vp_journal_intend(vp, intent, 1);
	if (code != 0)
		return code;
	code = write_list(vp, place, user, home, list);
	if (code != 0)
		return vp_domain_refused(vp, intent, 1, code);
	if (vp_journal_commit(vp, intent, 1) != 0)
		vp_clear_error(vp); /* recovery ends it */
	return 0;
}

/* ---- the verbs -------------------------------------------------------- */

static int
check(struct vpop *vp, const struct vpop_app_password *password)
{
	if (password->services == 0 || password->services & ~VPOP_APP_ALL)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "an app password is for SMTP, POP, IMAP or webmail");
	if (password->expires < 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "an app password cannot expire before 1970");
	if (password->label[0] == '\0' || !vp_is_clean(password->label))
		return vp_fail(vp, VA_BAD_CHAR,
		    "the label of an app password must be printable text");
	return 0;
}

static int
make_secret(struct vp_app_line *line, char ret_secret[VPOP_APP_SECRET_SIZE])
{
	char normal[VP_APP_LENGTH + 1];
	char *to = ret_secret;

	if (vp_random_text(normal, VP_APP_LENGTH, VP_APP_ALPHABET) != 0 ||
	    vp_random_text(
		line->password.id, VPOP_APP_ID_SIZE - 1, ID_LETTERS) != 0)
		return -1;
	vp_app_sum(normal, line->sum);
	for (size_t i = 0; i < VP_APP_LENGTH; i++) {
		if (i > 0 && i % GROUP == 0)
			*to++ = '-';
		*to++ = normal[i];
	}
	*to = '\0';
	explicit_bzero(normal, sizeof normal);
	return 0;
}

static int
add(struct vpop *vp, struct vp_place *place, const struct vpop_user *user,
    int home, struct list *list, struct vpop_app_password *password,
    char ret_secret[VPOP_APP_SECRET_SIZE])
{
	struct vp_app_line *line = &list->lines[list->count];

	if (list->count == MAX_LINES)
		return vp_fail(vp, VA_FORBIDDEN,
		    "'%s@%s' has %d app passwords already: delete one",
		    user->name, user->domain, MAX_LINES);
	if (vp_dry_run(vp))
		return 0;
	line->password = *password;
	line->password.created = time(NULL);
	if (make_secret(line, ret_secret) != 0)
		return vp_fail_errno(vp, VA_CRYPT_FAILED, "no random bytes");
	list->count++;

	struct vp_intent intent = {
		.event = "user.apppassword.created",
		.new = describe(&line->password),
	};
	int code = put(vp, place, user, home, list, &intent);
	json_decref(intent.new);
	if (code == 0)
		*password = line->password;
	else
		explicit_bzero(ret_secret, VPOP_APP_SECRET_SIZE);
	return code;
}

/* One event for each that goes; id NULL: all. */
static int delete (struct vpop *vp, struct vp_place *place,
    const struct vpop_user *user, int home, struct list *list, const char *id)
{
	int code = VA_USER_DOES_NOT_EXIST;

	for (size_t i = list->count; i-- > 0;) {
		struct vpop_app_password gone = list->lines[i].password;

		if (id && strcmp(gone.id, id) != 0)
			continue;
		list->count--;
		memmove(&list->lines[i], &list->lines[i + 1],
		    (list->count - i) * sizeof *list->lines);
		if (vp_dry_run(vp)) {
			code = 0;
			continue;
		}
		struct vp_intent intent = {
			.event = "user.apppassword.deleted",
			.old = describe(&gone),
		};
		code = put(vp, place, user, home, list, &intent);
		json_decref(intent.old);
		if (code != 0)
			return code;
	}
	if (code == 0 || !id)
		return 0;
	return vp_fail(vp, code, "'%s@%s' has no app password '%s'", user->name,
	    user->domain, id);
}

/* The account with its lock, directory and list. */
static int
start(struct vpop *vp, const struct vpop_user *user, struct vp_place *place,
    int *ret_home, struct list *ret_list)
{
	int code = vp_change_start(vp);

	if (code == 0)
		code = vp_place_open(vp, user->domain, place);
	if (code != 0)
		return code;
	code = vp_place_lock(vp, place);
	if (code == 0) {
		*ret_home = vp_userdir_open(&place->domain, user);
		if (*ret_home < 0)
			code = vp_fail_errno(
			    vp, VA_BAD_U_DIR, "cannot open '%s'", user->dir);
	}
	if (code == 0)
		code = read_list(vp, user, *ret_home, ret_list);
	if (code != 0)
		vp_place_close(place);
	return code;
}

int
vpop_app_password_add(struct vpop *vp, const struct vpop_user *user,
    struct vpop_app_password *password, char ret_secret[VPOP_APP_SECRET_SIZE])
{
	struct vpop_user made = *user;
	struct vp_place place;
	struct list list = { NULL, 0 };
	AUTO_CLOSE int home = -1;
	int code = check(vp, password);

	if (code == 0)
		code = vpop_user_make_dir(vp, &made);
	if (code == 0)
		code = start(vp, &made, &place, &home, &list);
	if (code == 0) {
		code =
		    add(vp, &place, &made, home, &list, password, ret_secret);
		vp_place_close(&place);
	}
	free(list.lines);
	explicit_bzero(&made, sizeof made);
	return code;
}

int
vpop_app_password_delete(
    struct vpop *vp, const struct vpop_user *user, const char *id)
{
	struct vp_place place;
	struct list list = { NULL, 0 };
	AUTO_CLOSE int home = -1;
	int code = start(vp, user, &place, &home, &list);

	if (code == 0) {
		code = delete (vp, &place, user, home, &list, id);
		vp_place_close(&place);
	}
	free(list.lines);
	return code;
}

/* The list of an account that is only read. */
static int
look(struct vpop *vp, const struct vpop_user *user, struct list *ret_list)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, user->domain, &domain);

	if (code != 0)
		return code;
	AUTO_CLOSE int home = vp_userdir_open(&domain, user);
	if (home >= 0)
		return read_list(vp, user, home, ret_list);
	if (errno == ENOENT)
		return 0;
	return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
	    "cannot open '%s'", user->dir);
}

int
vpop_app_passwords_list(struct vpop *vp, const struct vpop_user *user,
    struct vpop_app_password **ret_list, size_t *ret_count)
{
	struct list list = { NULL, 0 };
	int code = look(vp, user, &list);

	if (code == 0) {
		struct vpop_app_password *array =
		    calloc(list.count + 1, sizeof *array);

		for (size_t i = 0; array && i < list.count; i++)
			array[i] = list.lines[i].password;
		if (!array)
			code =
			    vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		*ret_list = array;
		*ret_count = list.count;
	}
	free(list.lines);
	return code;
}
