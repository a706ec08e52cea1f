/* Domains by local address. */
#include "config.h"

#include <string.h>

#include "api/api.h"
#include "base/text.h"
#include "vauth.h"
#include "vpopmail.h"

_Static_assert(VPOP_IP_SIZE <= 64, "the buffer of clients");

static struct vpop_ipmap *rows;
static size_t row_count, row_next;

VPOP_EXPORT int
vget_ip_map(char *ip, char *domain, int domain_size)
{
	struct vpop *vp = vp_api_handle();
	char found[VPOP_DOMAIN_SIZE];
	int code;

	if (!vp || !ip || !domain || domain_size <= 0)
		return vp_api_plain(vp ? VA_NULL_POINTER : verrori);
	code = vpop_ipmap_get(vp, ip, found);
	if (code == 0 && vp_copy(domain, (size_t)domain_size, found) != 0)
		code = VA_DOMAIN_NAME_TOO_LONG;
	return vp_api_plain(code);
}

VPOP_EXPORT int
vadd_ip_map(char *ip, char *domain)
{
	struct vpop *vp = vp_api_handle();

	return vp_api_plain(vp ? vpop_ipmap_add(vp, ip, domain) : verrori);
}

VPOP_EXPORT int
vdel_ip_map(char *ip, char *domain)
{
	struct vpop *vp = vp_api_handle();

	return vp_api_plain(vp ? vpop_ipmap_delete(vp, ip, domain) : verrori);
}

static int
load(void)
{
	struct vpop *vp = vp_api_handle();

	free(rows);
	rows = NULL;
	row_count = row_next = 0;
	return vp ? vpop_ipmap_list(vp, &rows, &row_count) : verrori;
}

VPOP_EXPORT int
vshow_ip_map(int first, char *ip, char *domain)
{
	int code = 0;

	if (!ip || !domain)
		return vp_api_plain(VA_NULL_POINTER);
	if (first)
		code = load();
	if (code < 0)
		return vp_api_plain(code);
	vp_api_result(0);
	if (row_next >= row_count)
		return 0;

	const struct vpop_ipmap *row = &rows[row_next++];
	if (strlen(row->domain) > MAX_PW_DOMAIN)
		return vp_api_plain(VA_DOMAIN_NAME_TOO_LONG);
	memcpy(ip, row->ip, strlen(row->ip) + 1);
	memcpy(domain, row->domain, strlen(row->domain) + 1);
	return 1;
}
