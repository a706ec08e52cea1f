/*
 * The module "mail": domains, accounts and all below them, as objects of the
 * panel (module(7)).  A resource is a row of the table in resources.c, a
 * schema in this folder, and a .c file with what can be done with it.
 *
 * A handler gets a request whose shape has been looked at, and returns the
 * result's object, or NULL after mail_refuse.  What it is to hold for names,
 * limits and rights, the library decides; a handler translates.  "validate"
 * runs the same handler: m->vp is then a handle that checks everything and
 * changes nothing, and r->is_dry is 1 for what goes past the library.
 */
#ifndef MAIL_H
#define MAIL_H

#include <jansson.h>

#include "base/attr.h"
#include "vpop.h"

#define MAIL_PAGE 500 /* items of a list, at most */

enum mail_action {
	MAIL_LIST,
	MAIL_GET,
	MAIL_SETUP,
	MAIL_MODIFY,
	MAIL_DELETE,
	MAIL_ACT,
	MAIL_ACTIONS
};

struct mail_request;

struct mail {
	struct vpop *vp;   /* of this request */
	struct vpop *real; /* changes */
	struct vpop *dry;  /* only checks; made when it is first needed */
	json_t *settings;  /* an object */
	struct mail_domain_names *domains; /* domainnames.c */
	struct mail_indexes *indexes;      /* index.c */
	struct sqlite3 *db;  /* jobs.c: the module's own records */
	int root;            /* descriptor of the root helper, or -1 */
	json_int_t asked;    /* the last id there */
	const char *refused; /* code of module(7), NULL: not refused */
	int number;          /* a code of the library, or 0 */
	char words[1024];
	char pointer[256];
};

struct mail_resource {
	const char *name;
	/* by enum mail_action; NULL: unsupported */
	json_t *(*does[MAIL_ACTIONS])(
	    struct mail *m, const struct mail_request *r);
	/* In the module itself, after a change was made: 0, or -1 and
	 * refused; NULL: nothing is to be done. */
	int (*after)(struct mail *m, const struct mail_request *r);
	/* Likewise, of an object that the root helper has shown. */
	int (*complete)(
	    struct mail *m, const struct mail_request *r, json_t *object);
	const char *root_action; /* an action that it makes, too, or NULL */
	int after_acts;          /* "after" is for actions, too */
	int is_own;              /* kept by the module itself: never root's */
	int is_final;            /* what is deleted cannot be brought back */
	unsigned root; /* 1 << action: made by the root helper, if there is
			* one */
};

struct mail_request {
	const struct mail_resource *resource;
	enum mail_action what;
	const char *domain, *parent, *key; /* "" when there is none */
	json_t *old, *new;                 /* objects, or NULL */
	const char *job;                   /* "" when there is none */
	int is_dry;
	/* list */
	const char *q;     /* keys begin with it; "" */
	const char *after; /* "": from the first */
	size_t limit;      /* 1 .. MAIL_PAGE */
	json_t *where;     /* an object, or NULL */
	/* act */
	const char *action;
	json_t *input;
	/* who asks: "" when unknown */
	const char *actor, *role, *address;
	json_t *all; /* the request as it came */
};

/* Of resources.c; NULL: there is none of that name. */
const struct mail_resource *mail_resource_find(const char *name);

/* ---- refusing --------------------------------------------------------- */

/* code: one of module(7); pointer: which part of the object, or NULL. */
json_t *mail_refuse(struct mail *m, const char *code, const char *pointer,
    const char *format, ...) VP_PRINTF(4, 5);
/* After a library call on m->vp failed with the code. */
json_t *mail_refuse_vpop(struct mail *m, int code);
json_t *mail_refuse_vpop_at(struct mail *m, int code, const char *pointer);
/* {} for 0, else as above: the end of most changes. */
json_t *mail_done(struct mail *m, int code);

/* ---- requests --------------------------------------------------------- */

/* Fill *ret from a request's object: 0, or -1 and refused. */
int mail_request_read(struct mail *m, json_t *all, struct mail_request *ret);
/* Do what it asks for, wherever that must be done. */
json_t *mail_do(struct mail *m, const struct mail_request *r);
/* A handle that checks everything and changes nothing; NULL and refused. */
struct vpop *mail_dry(struct mail *m);
/* The object as get shows it; NULL and refused. */
json_t *mail_current(struct mail *m, const struct mail_request *r);

/* Properties of an object; where it is missing or of another type: NULL, the
 * number given, 0. */
const char *mail_text(json_t *object, const char *name);
json_int_t mail_integer(json_t *object, const char *name, json_int_t missing);
int mail_true(json_t *object, const char *name);
/* A text for JSON of bytes that need not be UTF-8. */
json_t *mail_json_text(const char *bytes);

/* ---- pages ------------------------------------------------------------ */

/*
 * A page of a list whose source has any order: every key is offered, the
 * smallest after r->after that begin with r->q are kept, at most one more than
 * the limit.  mail_page_end asks the maker for each object that is shown, in
 * order; NULL from it without a refusal leaves the object out (it has gone
 * meanwhile).
 */
struct mail_page {
	const struct mail_request *r;
	char **keys; /* ascending */
	size_t count;
};

int mail_page_begin(
    struct mail *m, const struct mail_request *r, struct mail_page *page);
/* 0, or -1 and refused. */
int mail_page_offer(struct mail *m, struct mail_page *page, const char *key);
json_t *mail_page_end(struct mail *m, struct mail_page *page,
    json_t *(*make)(
	struct mail *m, const struct mail_request *r, const char *key));
void mail_page_free(struct mail_page *page);
/* The same for a source in the order of the bytes of its keys, which begins
 * after r->after: is the key after the page's last one?  Of use with
 * mail_page_result, which takes the items. */
int mail_key_matches(const struct mail_request *r, const char *key);
json_t *mail_page_result(json_t *items, const char *next);

/* domainnames.c: a page of the domains. */
json_t *mail_domain_page(struct mail *m, const struct mail_request *r,
    json_t *(*make)(
	struct mail *m, const struct mail_request *r, const char *key));
void mail_domain_names_free(struct mail_domain_names *domains);

/* ---- jobs ------------------------------------------------------------- */

/* The module's records, in the folder "state". */
int mail_jobs_open(struct mail *m, const char *state);
/* A change with a job: done once. */
json_t *mail_job_do(struct mail *m, const struct mail_request *r);
/* Take the request's job back. */
json_t *mail_job_undo(struct mail *m, json_t *all);

/* ---- others ----------------------------------------------------------- */

/* The name of a verb. */
const char *mail_verb(enum mail_action what);
/* The domain that a request is about; "" for the site or a new one. */
const char *mail_domain_of(const struct mail_request *r);
/* 1 if it is for root alone; 1 if the root helper is to do it. */
int mail_is_roots(const struct mail_request *r);
int mail_needs_root(const struct mail *m, const struct mail_request *r);
json_t *mail_ask_root(struct mail *m, const struct mail_request *r);
/* One request: its answer, an object. */
json_t *mail_answer(struct mail *m, json_t *request);
void mail_close(struct mail *m);

#endif
