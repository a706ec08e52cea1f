/* The saved state, with its sum put right: it is taken whole or not at all,
 * and the sum of a domain is that of its mailboxes, each once. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemons/vusaged/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct vp_site *site)
{
	for (const struct vp_domain *d = site->domains; d; d = d->next) {
		uint64_t bytes = 0, count = 0;
		size_t boxes = 0;

		for (size_t i = 0; i < d->boxes.size; i++) {
			uint64_t b, c;

			const struct vp_box *box = d->boxes.slots[i];

			if (!box)
				continue;
			boxes++;
			if (box->flags & VP_BOX_TWIN)
				continue;
			vp_box_usage(box, &b, &c);
			bytes += b;
			count += c;
		}
		if (bytes != d->bytes || count != d->count ||
		    boxes != d->unverified || boxes != site->boxes)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct vpop_domain entry = {
		.name = "example.test", .real = "example.test", .dir = "/d"
	};
	char *copy = malloc(size + sizeof(uint64_t));
	uint64_t sum;
	struct vp_site site;

	if (!copy)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	sum = vp_state_sum(copy, size);
	memcpy(copy + size, &sum, sizeof sum);
	vp_site_init(&site);
	site.by_name = 1;
	if (!vp_site_learn(&site, &entry))
		abort();
	int rc = vp_state_parse(&site, copy, size + sizeof sum);
	if (rc != 0 && site.boxes != 0)
		abort();
	check(&site);
	vp_site_free(&site);
	free(copy);
	return 0;
}
