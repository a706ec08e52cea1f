/* The map from addresses of this host to domains. */
#include "config.h"

#include <string.h>

#include "daemons/vpopmaild/verbs.h"

/* -1 after the reply when the site does without the map. */
static int
is_available(struct vpd_call *call, int place)
{
	const char *setting = vpop_setting(call->vp, "ip_alias_domains");

	if (setting && strcmp(setting, "yes") == 0)
		return 1;
	vpd_error(call, VPD_E_NOT_AVAILABLE, place);
	return 0;
}

static enum vpd_next
failed(struct vpd_call *call, int place)
{
	vpd_format(call->out, "-ERR 0.%d error\r\n", place);
	return VPD_LINE;
}

enum vpd_next
vpd_get_ip_map(struct vpd_call *call)
{
	const char *ip = vpd_word(call);
	char domain[VPOP_DOMAIN_SIZE];

	if (!is_available(call, 3004))
		return VPD_LINE;
	if (call->session->level != VPD_SYSTEM)
		return vpd_error(call, VPD_E_RIGHT, 3001);
	if (!ip)
		return vpd_error(call, VPD_E_NO_IP, 3002);
	if (vpop_ipmap_get(call->vp, ip, domain) != 0)
		return failed(call, 3003);
	vpd_begin(call);
	vpd_line(call->out, ip, domain);
	return vpd_end(call);
}

enum vpd_next
vpd_add_ip_map(struct vpd_call *call)
{
	const char *ip = vpd_word(call);
	const char *name = vpd_word(call);
	struct vpop_domain domain;
	int code;

	if (!is_available(call, 3106))
		return VPD_LINE;
	if (!ip)
		return vpd_error(call, VPD_E_NO_IP_ADDED, 3102);
	if (!name)
		return vpd_error(call, VPD_E_NO_DOMAIN, 3103);
	code = vpop_domain_get(call->vp, name, &domain);
	if (code != 0 && vpop_class(code) != VPOP_CLASS_TEMPORARY)
		return vpd_error(call, VPD_E_DOMAIN, 3104);
	if (code != 0 || vpop_ipmap_add(call->vp, ip, name) != 0)
		return failed(call, 3105);
	return vpd_ok(call);
}

enum vpd_next
vpd_del_ip_map(struct vpd_call *call)
{
	const char *ip = vpd_word(call);
	const char *domain = vpd_word(call);
	int code;

	if (!is_available(call, 3205))
		return VPD_LINE;
	if (!ip)
		return vpd_error(call, VPD_E_NO_IP, 3202);
	if (!domain)
		return vpd_error(call, VPD_E_NO_DOMAIN, 3203);
	code = vpop_ipmap_delete(call->vp, ip, domain);
	if (code != 0 && vpop_class(code) != VPOP_CLASS_ABSENT)
		return failed(call, 3204);
	return vpd_ok(call);
}

enum vpd_next
vpd_show_ip_map(struct vpd_call *call)
{
	struct vpop_ipmap *list = NULL;
	size_t count = 0;

	if (!is_available(call, 3302))
		return VPD_LINE;
	if (vpop_ipmap_list(call->vp, &list, &count) != 0)
		return failed(call, 3303);
	vpd_begin(call);
	for (size_t i = 0; i < count; i++)
		vpd_line(call->out, list[i].ip, list[i].domain);
	free(list);
	return vpd_end(call);
}
