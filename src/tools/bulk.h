/*
 * --from: many objects from a file of records (base/csv.h).
 *
 * Records are read into rows, rows are handed to the tool in chunks, so that
 * memory stays flat.  A failing line is named on stderr; without
 * --keep-going it is the last one tried, and what came before it stays.
 */
#ifndef TOOLS_BULK_H
#define TOOLS_BULK_H

#include "tools/cli.h"

#define BULK_COLUMNS 16
#define BULK_MESSAGE 256

enum bulk_state {
	BULK_OPEN, /* not tried yet */
	BULK_DONE,
	BULK_UNCHANGED, /* it was like that already */
	BULK_FAILED
};

struct bulk_row {
	unsigned long line;
	char *field[BULK_COLUMNS]; /* as the column list; NULL: not given */
	char user[VPOP_USER_SIZE]; /* for the tool's prepare */
	char domain[VPOP_DOMAIN_SIZE];
	int64_t number[2];
	uint32_t bits[2];
	enum bulk_state state;
	int code;
	char message[BULK_MESSAGE];
};

struct bulk;

struct bulk_verb {
	const char *done;           /* "added", for the summary */
	const char *const *columns; /* NULL-ended; the secret ones are wiped */
	size_t chunk;
	size_t element; /* size of one element of the vector */
	/* Check a row's fields and fill the rest of it; 0, or a code with
	 * its reason by bulk_reject. */
	int (*prepare)(struct bulk *bulk, struct bulk_row *row);
	/* Do these rows by one vector verb, which is told to stop at the
	 * first failing one or not, and set state, code and message. */
	void (*run)(
	    struct bulk *bulk, struct bulk_row **rows, size_t count, int stop);
	/* Is there something to do for this row?  1; 0: it is already so;
	 * or a code with its reason.  NULL: run finds out. */
	int (*examine)(struct bulk *bulk, struct bulk_row *row);
	int exists; /* the code of run that asks for examine */
};

struct bulk {
	struct cli *cli;
	const struct bulk_verb *verb;
	void *elements; /* for run: chunk elements */
	struct bulk_row *rows;
	struct bulk_row **list;
	size_t count;
	unsigned long done, unchanged, failed, read;
	int code; /* of the first failure */
	int stopped;
	int look_first; /* examine before run */
	int progress;   /* 1: stderr is a terminal */
	struct timespec started, told;
};

/* The whole of a bulk run; returns the code of the first failure, or 0. */
int bulk_run(struct cli *cli, const struct bulk_verb *verb);
/* Give the row a code and its reason; returns the code. */
int bulk_reject(struct bulk_row *row, int code, const char *format, ...)
    VP_PRINTF(3, 4);
/* The same with the library's words. */
int bulk_reject_vp(struct bulk *bulk, struct bulk_row *row, int code);
/* Result of a vector verb's element. */
void bulk_result(
    struct bulk_row *row, int code, const char *message, int unchanged);
/* Number of a row's field, in [1, max]; 0 or a code. */
int bulk_number(struct bulk_row *row, const char *what, const char *text,
    int64_t max, int64_t *ret_number);
/* The row's address: column address, or columns user and domain. */
int bulk_address(struct bulk *bulk, struct bulk_row *row, const char *address,
    const char *user, const char *domain);
/* password or hash of a row. */
int bulk_secret(struct bulk_row *row, const char *password, const char *hash,
    struct vpop_secret *ret_secret);
/* 0 if the row has one of them, or none where none is needed; or a code. */
int bulk_check_secret(struct bulk_row *row, const char *password,
    const char *hash, int is_needed);
/* Flags of a row by their letters, NULL for none; 0 or a code. */
int bulk_bits(struct bulk_row *row, const char *letters, uint32_t *ret_bits);
/* The end of an examination.  same: 1, 0 or a code; exists: the code of what
 * is there and differs. */
int bulk_examined(
    struct bulk *bulk, struct bulk_row *row, int same, int exists);
/* Make the changes in the elements, and set the rows' results. */
void bulk_users_modify(
    struct bulk *bulk, struct bulk_row **rows, size_t count, int stop);
/* Does the account answer to this secret already?  1, 0 or a code. */
int bulk_same_secret(struct bulk *bulk, const struct vpop_user *user,
    const struct vpop_secret *secret);
/* Are both the same quota? */
int bulk_same_quota(const char *stored, const char *given);

#endif
