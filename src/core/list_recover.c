/*
 * Settling interrupted changes of mailing lists: one that was being made is
 * removed unless its last file was written; one that was being changed is
 * changed again.
 */
#include "config.h"

#include "base/text.h"
#include "core/list_int.h"

int
vp_recover_list_create(struct vpop *vp, const struct vp_pending *pending)
{
	struct vp_list list;
	int code = vp_list_recover(vp, pending, &list);

	if (code != 1)
		return code == 2 ? 0 : code;
	code = vp_list_is_made(&list);
	if (code == 0)
		code = vp_list_remove(&list, pending->id);
	vp_list_close(&list);
	return code;
}

int
vp_recover_list_modify(struct vpop *vp, const struct vp_pending *pending)
{
	struct vp_list_wish wish = { .edit = 1 };
	const char *letters = NULL;
	struct vp_list list;
	int reply = 0, code;

	if (json_unpack(pending->plan, "{s:s, s?s, s:s, s:i, s?s}", "letters",
		&letters, "owner", &wish.owner, "prefix", &wish.prefix, "reply",
		&reply, "reply_address", &wish.reply_address) != 0 ||
	    vp_copy(wish.letters, sizeof wish.letters, letters) != 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "journal: the plan of change %lld is unusable",
		    (long long)pending->id);
	wish.reply = (enum vpop_list_reply)reply;
	code = vp_list_recover(vp, pending, &list);
	if (code != 1)
		return code == 2 ? 0 : code;
	code = 0;
	if (list.listfd >= 0)
		code = vp_list_apply(&list, &wish);
	if (code == 0)
		code = list.listfd >= 0;
	vp_list_close(&list);
	return code;
}
