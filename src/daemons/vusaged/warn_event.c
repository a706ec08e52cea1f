/* Levels of quotas as events. */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "daemons/common/daemonlog.h"
#include "daemons/vusaged/warn.h"
#include "vpop_event.h"

static const char *const of_user[] = { "user.quota.cleared", "user.quota.warn",
	"user.quota.exceeded" };
static const char *const of_domain[] = { "domain.quota.cleared",
	"domain.quota.warn", "domain.quota.exceeded" };

void
vp_warn_publish(struct vpop *vp, const char *address, enum vp_warn_level level,
    const struct vp_warn_used *used)
{
	const char *at = strchr(address, '@');
	const int is_domain = at == address;
	json_t *json = json_pack("{s:I, s:I, s:s, s:I}", "used",
	    (json_int_t)used->used, "limit", (json_int_t)used->limit, "unit",
	    used->unit, "percent", (json_int_t)used->percent);
	AUTO_FREE char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	const struct vpop_event_new event = {
		.type = is_domain ? of_domain[level] : of_user[level],
		.object = is_domain ? at + 1 : address,
		.domain = at ? at + 1 : "",
		.new_json = text,
	};

	json_decref(json);
	if (!text || vpop_event_publish(vp, &event) != 0)
		vp_daemonlog(LOG_NOTICE,
		    "vusaged: the event %s of '%s' is lost: %s", event.type,
		    event.object, text ? vpop_message(vp) : "no memory");
}
