/* What a domain uses, and what it may. */
#include "config.h"

#include "modules/mail/resources.h"
#include "modules/mail/usage.h"
#include "vpop_delivery.h"

#define MIB 1048576

/* limit below 0: there is none. */
static void
put(json_t *usage, const char *name, json_int_t used, json_int_t limit)
{
	json_t *item = json_pack("{s:s, s:I}", "name", name, "used", used);

	if (limit >= 0)
		json_object_set_new(item, "limit", json_integer(limit));
	json_array_append_new(usage, item);
}

json_t *
mail_usage(struct mail *m, const char *domain)
{
	struct vpop_quota held;
	struct vpop_limits limits;
	struct vpop_counts counts;

	int code = vpop_domain_counts(m->vp, domain, &counts);
	if (code == 0)
		code = vpop_limits_get(m->vp, domain, &limits);
	if (code != 0)
		return mail_refuse_vpop(m, code);
	json_t *usage = json_array();
	put(usage, "accounts", (json_int_t)counts.users, limits.maxpopaccounts);
	put(usage, "aliases", (json_int_t)counts.aliases, limits.maxaliases);
	put(usage, "forwards", (json_int_t)counts.forwards, limits.maxforwards);
	put(usage, "autoresponders", (json_int_t)counts.autoresponders,
	    limits.maxautoresponders);
	put(usage, "lists", (json_int_t)counts.lists, limits.maxmailinglists);
	if (vpop_domain_usage(m->vp, domain, &held)) {
		put(usage, "bytes", held.bytes,
		    limits.quota ? (json_int_t)limits.quota * MIB : -1);
		put(usage, "messages", held.messages,
		    limits.maxmsgcount ? (json_int_t)limits.maxmsgcount : -1);
	}
	return json_pack("{s:o}", "usage", usage);
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	json_t *object = mail_usage(m, r->domain);

	return object ? json_pack("{s:o}", "object", object) : NULL;
}

const struct mail_resource mail_usage_resource = {
	.name = "usage",
	.does = { [MAIL_GET] = get },
};
