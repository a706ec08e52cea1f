/*
 * A record, and what the readers of the two forms share.
 */
#ifndef BASE_CSV_INT_H
#define BASE_CSV_INT_H

#include "base/attr.h"
#include "base/csv.h"

enum vp_records_form {
	VP_RECORDS_UNKNOWN,
	VP_RECORDS_CSV,
	VP_RECORDS_JSON,
	VP_RECORDS_END
};

struct vp_records {
	FILE *fp;
	enum vp_records_form form;
	unsigned long next_line; /* number of the line to be read next */
	unsigned long line;      /* where the record began */

	size_t count; /* fields of the record; 0: none, or a bad one */
	const char *name[VP_RECORD_FIELDS];
	const char *value[VP_RECORD_FIELDS];

	char *header;   /* CSV: the names, each with a NUL */
	size_t columns; /* CSV: how many */
	void *object;   /* JSON: json_t that owns names and values */
	char *input;    /* JSON: the line */
	size_t input_cap;

	char error[256];
	size_t used; /* of text */
	char text[VP_RECORD_BYTES + 2];
};

/* One record of the form.  As vp_records_next. */
int vp_records_json(struct vp_records *records);
/* Release what belongs to the form. */
void vp_records_json_free(struct vp_records *records);
/* Note the sentence; -1 and EBADMSG. */
int vp_records_bad(struct vp_records *records, const char *format, ...)
    VP_PRINTF(2, 3);

#endif
