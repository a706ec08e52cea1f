/*
 * What the panel itself must not forget: sessions, tokens, jobs.  It is in
 * var/panel.sqlite of the vpopmail home; each process opens its own.  Mail is
 * not in it: without the file everybody logs in anew and nothing else is
 * lost.
 *
 * A statement is prepared when its text is first used and kept:
 *
 *     vhd_state_run(state, "DELETE FROM session WHERE account = ?1",
 *         vhd_text(account))
 *
 *     sqlite3_stmt *row = vhd_state_query(state,
 *         "SELECT id FROM session WHERE account = ?1", vhd_text(account));
 *     while ((rc = vhd_state_next(state, row)) > 0)
 *         ... sqlite3_column_text(row, 0) ...
 *
 * Texts of statements are literals; values are bound, never copied into the
 * text, and must live until the last row.  Failures are -1 (or NULL, which
 * _next takes) with a sentence.
 */
#ifndef PANEL_STATE_H
#define PANEL_STATE_H

#include <sqlite3.h>
#include <stdint.h>
#include <string.h>

#include "vpop.h"

#define VHD_STATE_ERROR 512

struct vhd_state;

struct vhd_value {
	enum { VHD_VALUE_NUMBER, VHD_VALUE_TEXT, VHD_VALUE_BYTES } kind;
	int64_t number;
	const void *data; /* NULL: null */
	size_t size;
};

static inline struct vhd_value
vhd_number(int64_t number)
{
	return (struct vhd_value){ .kind = VHD_VALUE_NUMBER, .number = number };
}

static inline struct vhd_value
vhd_text(const char *text)
{
	return (struct vhd_value){ .kind = VHD_VALUE_TEXT,
		.data = text,
		.size = text ? strlen(text) : 0 };
}

static inline struct vhd_value
vhd_bytes(const void *data, size_t size)
{
	return (struct vhd_value){
		.kind = VHD_VALUE_BYTES, .data = data, .size = size
	};
}

/* Open it, or make it, as the owner of mail or root.  0, or -1 and a
 * sentence. */
int vhd_state_open(const struct vpop *vp, struct vhd_state **ret_state,
    char ret_error[VHD_STATE_ERROR]);
void vhd_state_close(struct vhd_state *state);
/* The last failure, for the log: it names files and tables. */
const char *vhd_state_message(const struct vhd_state *state);

#define VHD_VALUES(...)                                                        \
	(const struct vhd_value[]){ __VA_ARGS__ },                             \
	    sizeof((const struct vhd_value[]){ __VA_ARGS__ }) /                \
		sizeof(struct vhd_value)

/* How many rows it changed. */
#define vhd_state_run(state, text, ...)                                        \
	vhd_state_run_values(state, "" text, VHD_VALUES(__VA_ARGS__))
int vhd_state_run_values(struct vhd_state *state, const char *text,
    const struct vhd_value *values, size_t count);

#define vhd_state_query(state, text, ...)                                      \
	vhd_state_query_values(state, "" text, VHD_VALUES(__VA_ARGS__))
sqlite3_stmt *vhd_state_query_values(struct vhd_state *state, const char *text,
    const struct vhd_value *values, size_t count);
/* 1: there is a row; 0: there is none any more. */
int vhd_state_next(struct vhd_state *state, sqlite3_stmt *query);
/* Needed when _next did not return 0 or -1 at last. */
void vhd_state_done(sqlite3_stmt *query);

/* What is between them is done as a whole.  _end takes back if rc is not 0;
 * 0, or -1 when nothing was done. */
int vhd_state_begin(struct vhd_state *state);
int vhd_state_end(struct vhd_state *state, int rc);

#endif
