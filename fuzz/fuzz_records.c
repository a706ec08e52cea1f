/* Records of both forms: bounds, line numbers, and an end. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/csv.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every name is unknown once, until all are known. */
static void
check_record(const struct vp_records *r)
{
	const char *known[VP_RECORD_FIELDS + 1] = { NULL };
	size_t total = 0;

	for (int i = 0;; i++) {
		const char *name = vp_records_unknown(r, known);

		if (!name)
			break;
		if (i == VP_RECORD_FIELDS)
			abort();
		known[i] = name;
		const char *text = vp_records_field(r, name);
		if (text)
			total += strlen(text);
	}
	/* Numbers may get a little longer when they are written again. */
	if (total > VP_RECORD_BYTES + VP_RECORD_FIELDS * 32)
		abort();
}

static void
check_bad(const struct vp_records *r)
{
	static const char *const none[] = { NULL };
	const char *error = vp_records_error(r);

	if (error[0] == '\0' || !vp_is_clean(error) ||
	    vp_records_unknown(r, none))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("records", MFD_CLOEXEC);
	FILE *fp = fd < 0 ? NULL : fdopen(fd, "w+");
	unsigned long line = 0;
	int rc;

	if (!fp || fwrite(data, 1, size, fp) != size)
		abort();
	rewind(fp);
	struct vp_records *r = vp_records_open(fp);
	if (!r)
		abort();
	while ((rc = vp_records_next(r)) != 0) {
		if (vp_records_line(r) <= line)
			abort();
		line = vp_records_line(r);
		if (line > size + 1)
			abort();
		if (rc == 1)
			check_record(r);
		else if (errno == EBADMSG)
			check_bad(r);
		else
			abort();
	}
	if (vp_records_next(r) != 0)
		abort();
	vp_records_close(r);
	fclose(fp);
	return 0;
}
