/*
 * A failed change may have been made after all: the connection can break
 * between the server's commit and its answer.  So the store is asked; if it
 * cannot tell, the change stays pending and recovery asks again.
 */
#include "config.h"

#include "core/record.h"

#include <string.h>

static int
refused(struct vpop *vp, const struct vp_intent *intent,
    const struct vp_record *record, int code)
{
	char reason[sizeof vp->message];

	memcpy(reason, vp->message, sizeof reason);
	int made = record->is_made(vp, record->arg);
	if (made == 0)
		(void)vp_journal_undo(vp, intent, 1, reason);
	return made > 0 ? 0 : vp_fail(vp, code, "%s", reason);
}

int
vp_record_change(
    struct vpop *vp, struct vp_intent *intent, const struct vp_record *record)
{
	if (!intent->plan)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	int code = vp_journal_intend(vp, intent, 1);
	if (code < 0)
		return code;
	code = record->change(vp, record->arg);
	if (code < 0)
		code = refused(vp, intent, record, code);
	if (code < 0)
		return code;
	/* The change is made; what the journal could not be told now, it is
	 * told when the next change finds the row. */
	if (vp_journal_commit(vp, intent, 1) < 0)
		vp_clear_error(vp);
	return 0;
}
