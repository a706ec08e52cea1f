/*
 * Records from a stream of foreign bytes: CSV with a header line (RFC 4180)
 * or JSON, one object a line.  The form is told by the first byte that is
 * not white space ('{' means JSON).
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stddef.h>
#include <stdio.h>

#define VP_RECORD_FIELDS 64    /* most fields of a record */
#define VP_RECORD_BYTES  65536 /* longest record */

struct vp_records;

/* fp is borrowed.  NULL and errno ENOMEM. */
struct vp_records *vp_records_open(FILE *fp);
void vp_records_close(struct vp_records *records);
/*
 * Next record.  1; 0 at the end; -1 for a bad record (EBADMSG, sentence by
 * vp_records_error; the next call goes on with the record after it) or a
 * failed read (other errno).  An unreadable CSV header is EBADMSG followed
 * by the end.
 */
int vp_records_next(struct vp_records *records);
/* The field's text, valid until the next call; NULL if this record has no
 * such field.  JSON numbers and booleans are given as text, null as NULL. */
const char *vp_records_field(
    const struct vp_records *records, const char *name);
/* The first field name of this record that is not in the NULL-ended list,
 * or NULL. */
const char *vp_records_unknown(
    const struct vp_records *records, const char *const *known);
/* Line on which this record began, from 1. */
unsigned long vp_records_line(const struct vp_records *records);
const char *vp_records_error(const struct vp_records *records);

#endif
