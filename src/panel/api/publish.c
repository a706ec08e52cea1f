#include "config.h"

#include "panel/api/publish.h"

#include "daemons/common/daemonlog.h"
#include "vpop_event.h"

void
vhd_publish(struct vhd_call *call, const char *type, const char *object,
    const char *domain, json_t *old, json_t *new)
{
	AUTO_FREE char *before = old ? json_dumps(old, JSON_COMPACT) : NULL;
	AUTO_FREE char *after = new ? json_dumps(new, JSON_COMPACT) : NULL;
	const struct vpop_event_new event = { .type = type,
		.object = object,
		.domain = domain,
		.old_json = before,
		.new_json = after };

	json_decref(old);
	json_decref(new);
	if ((!before && !after) || vpop_event_publish(call->vp, &event) != 0)
		vp_daemonlog(LOG_WARNING, "the event %s is lost: %s", type,
		    before || after ? vpop_message(call->vp) : "no memory");
}
