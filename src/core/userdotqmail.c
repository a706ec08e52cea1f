/*
 * An account's own .qmail: control/defaultdelivery installed as a copy, or
 * removed.  The file is replaced or unlinked as a whole under the domain's
 * lock, so that a delivery sees the old instructions or the new ones.
 */
#include "config.h"

#include "core/domain.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/replace.h"
#include "core/domain_int.h"
#include "core/user_int.h"
#include "core/userdir.h"
#include "qmail/dotqmail.h"

#define DOT_QMAIL ".qmail"

/* The text to install, malloc'd; NULL: recorded. */
static char *
read_default(struct vpop *vp, size_t *ret_size, int *ret_code)
{
	AUTO_FREE char *path = NULL;

	*ret_code = VA_MEMORY_ALLOC_ERR;
	if (asprintf(&path, "%s/control/defaultdelivery", vp->set.qmaildir) <
	    0) {
		path = NULL;
		(void)vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		return NULL;
	}
	char *text = vp_file_read(AT_FDCWD, path, VP_DOTQMAIL_FILE, ret_size);
	if (!text) {
		*ret_code = vp_fail_errno(
		    vp, VA_COULD_NOT_OPEN_DOT_QMAIL, "cannot read '%s'", path);
		return NULL;
	}
	if (strstr(text, "vdelivermail")) {
		*ret_code = vp_fail(vp, VA_FORBIDDEN,
		    "'%s' calls vdelivermail, which would call itself", path);
		free(text);
		return NULL;
	}
	return text;
}

/* What the file is at present against what is asked. */
static int
check_present(struct vpop *vp, const struct vpop_user *user, int home,
    enum vpop_dotqmail_op op)
{
	struct stat st;
	const int is_there =
	    fstatat(home, DOT_QMAIL, &st, AT_SYMLINK_NOFOLLOW) == 0;

	if (!is_there && errno != ENOENT)
		return vp_fail_errno(vp, VA_COULD_NOT_OPEN_DOT_QMAIL,
		    "cannot find '%s/%s'", user->dir, DOT_QMAIL);
	if (op == VPOP_DOTQMAIL_MAKE && is_there)
		return vp_fail(vp, VA_USERNAME_EXISTS, "'%s/%s' exists already",
		    user->dir, DOT_QMAIL);
	if (op == VPOP_DOTQMAIL_REMOVE && !is_there)
		return vp_fail(vp, VA_USER_DOES_NOT_EXIST,
		    "there is no '%s/%s'", user->dir, DOT_QMAIL);
	return 0;
}

static int
change_file(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_user *user, int home, const char *text, size_t size)
{
	if (text) {
		if (vp_replace_text(home, DOT_QMAIL, text, size, VP_MODE_FILE,
			domain->uid, domain->gid) == 0)
			return 0;
	} else if (unlinkat(home, DOT_QMAIL, 0) == 0 &&
		   vp_dir_sync(home) == 0) {
		return 0;
	}
	return vp_fail_errno(vp, VA_COULD_NOT_OPEN_DOT_QMAIL,
	    "cannot change '%s/%s'", user->dir, DOT_QMAIL);
}

static int
change_journalled(struct vpop *vp, const struct vp_place *place,
    const struct vpop_user *user, int home, const char *text, size_t size)
{
	AUTO_FREE char *object = vp_user_object(user->name, place->domain.real);
	struct vp_intent intent = {
		.event = "user.forward.changed",
		.object = object,
		.domain = place->domain.real,
	};

	intent.new =
	    json_pack("{s:o?}", "qmail", text ? vp_journal_text(text) : NULL);
	if (!object || !intent.new) {
		json_decref(intent.new);
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	int code = vp_journal_intend(vp, &intent, 1);
	if (code == 0) {
		code = change_file(vp, &place->domain, user, home, text, size);
		if (code != 0)
			code = vp_domain_refused(vp, &intent, 1, code);
		else if (vp_journal_commit(vp, &intent, 1) != 0)
			vp_clear_error(vp); /* recovery ends it */
	}
	json_decref(intent.new);
	return code;
}

static int
change(struct vpop *vp, struct vp_place *place, const struct vpop_user *user,
    enum vpop_dotqmail_op op)
{
	AUTO_FREE char *text = NULL;
	AUTO_CLOSE int home = -1;
	size_t size = 0;
	int code = 0;

	if (op != VPOP_DOTQMAIL_REMOVE) {
		text = read_default(vp, &size, &code);
		if (!text)
			return code;
	}
	code = vp_place_lock(vp, place);
	if (code != 0)
		return code;
	home = vp_userdir_open(&place->domain, user);
	if (home < 0)
		return vp_fail_errno(
		    vp, VA_BAD_U_DIR, "cannot open '%s'", user->dir);
	code = check_present(vp, user, home, op);
	if (code != 0 || vp_dry_run(vp))
		return code;
	return change_journalled(vp, place, user, home, text, size);
}

int
vpop_user_dotqmail(
    struct vpop *vp, const struct vpop_user *user, enum vpop_dotqmail_op op)
{
	struct vp_place place;

	int code = vp_change_start(vp);
	if (code == 0)
		code = vp_place_open(vp, user->domain, &place);
	if (code != 0)
		return code;
	code = change(vp, &place, user, op);
	vp_place_close(&place);
	return code;
}
