/* How the server does: for people, and for what watches it (Prometheus's text
 * format, version 0.0.4). */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "panel/api/body.h"
#include "panel/api/counters.h"
#include "panel/res/objstate.h"
#include "panel/res/res.h"
#include "panel/state/state.h"
#include "vpop_event.h"

#define TYPE "text/plain; version=0.0.4; charset=utf-8"

/* What is to be told. */
struct status {
	int64_t seq;                              /* of the last fact */
	int64_t jobs;                             /* that have not ended */
	int64_t objects[VHD_OBJECT_DEGRADED + 1]; /* that are not ok */
	struct vpop_subscriber_state *list;
	size_t count;
};

static int
count_objects(struct vhd_call *call, struct status *ret)
{
	sqlite3_stmt *row = vhd_state_query(call->state,
	    "SELECT state, count(*) FROM object_state WHERE state IN (?1, ?2)"
	    " GROUP BY state",
	    vhd_number(VHD_OBJECT_PENDING), vhd_number(VHD_OBJECT_DEGRADED));
	int rc;

	while ((rc = vhd_state_next(call->state, row)) > 0)
		ret->objects[sqlite3_column_int(row, 0)] =
		    sqlite3_column_int64(row, 1);
	if (rc < 0)
		vhd_problem_state(call);
	return rc;
}

/* 0, or -1 after a problem. */
static int
look(struct vhd_call *call, struct status *ret)
{
	sqlite3_stmt *row;
	int code = vpop_events_last(call->vp, &ret->seq);

	if (code == 0)
		code = vpop_subscribers(call->vp, &ret->list, &ret->count);
	if (code != 0) {
		vhd_problem_vpop(call, code);
		return -1;
	}
	row = vhd_state_query(call->state,
	    "SELECT count(*) FROM job WHERE state < ?1", vhd_number(2));
	if (vhd_state_next(call->state, row) != 1) {
		vhd_problem_state(call);
		return -1;
	}
	ret->jobs = sqlite3_column_int64(row, 0);
	vhd_state_done(row);
	return count_objects(call, ret);
}

static json_int_t
answered(void)
{
	uint64_t sum = 0;

	for (int class = 1; class < 6; class ++)
		sum += atomic_load(&vhd_counters()->requests[class]);
	return (json_int_t)sum;
}

void
vhd_status(struct vhd_call *call)
{
	struct status status = { 0 };
	json_t *subscribers = json_array();

	if (look(call, &status) == 0) {
		for (size_t i = 0; i < status.count; i++)
			json_array_append_new(subscribers,
			    json_pack("{s:s, s:I, s:I, s:I, s:s}", "name",
				status.list[i].name, "behind",
				(json_int_t)status.list[i].behind, "waiting",
				(json_int_t)status.list[i].waiting, "dead",
				(json_int_t)status.list[i].dead, "problem",
				status.list[i].problem));
		vhd_call_json(call, 200,
		    json_pack("{s:s, s:o, s:I, s:I, s:{s:I, s:I}, s:I, s:O}",
			"version", vpop_version(), "started",
			vhd_time_json(vhd_counters()->started), "requests",
			answered(), "jobs", (json_int_t)status.jobs, "objects",
			"pending",
			(json_int_t)status.objects[VHD_OBJECT_PENDING],
			"degraded",
			(json_int_t)status.objects[VHD_OBJECT_DEGRADED], "seq",
			(json_int_t)status.seq, "subscribers", subscribers));
	}
	json_decref(subscribers);
	free(status.list);
}

/* ---- metrics ---------------------------------------------------------- */

static void VP_PRINTF(4, 5) describe(
    FILE *out, const char *name, const char *type, const char *format, ...)
{
	va_list args;

	fprintf(out, "# HELP vhostadmin_%s ", name);
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
	fprintf(out, "\n# TYPE vhostadmin_%s %s\n", name, type);
}

static void
print_requests(FILE *out)
{
	const struct vhd_counters *counters = vhd_counters();
	uint64_t sum = 0;

	describe(out, "requests_total", "counter",
	    "Requests by the class of their status.");
	for (int class = 1; class < 6; class ++)
		fprintf(out, "vhostadmin_requests_total{code=\"%dxx\"} %llu\n",
		    class,
		    (unsigned long long)atomic_load(
			&counters->requests[class]));
	describe(out, "request_seconds", "histogram",
	    "How long workers took for requests.");
	for (int i = 0; i < VHD_BUCKETS; i++) {
		char most[24] = "+Inf";

		if (i < VHD_BUCKETS - 1)
			snprintf(most, sizeof most, "%g",
			    (double)vhd_buckets[i] / 1000000);
		sum += atomic_load(&counters->buckets[i]);
		fprintf(out,
		    "vhostadmin_request_seconds_bucket{le=\"%s\"} %llu\n", most,
		    (unsigned long long)sum);
	}
	fprintf(out,
	    "vhostadmin_request_seconds_sum %.6f\n"
	    "vhostadmin_request_seconds_count %llu\n",
	    (double)atomic_load(&counters->microseconds) / 1000000,
	    (unsigned long long)sum);
}

static void
print_subscribers(FILE *out, const struct status *status, const char *name,
    const char *words, size_t offset)
{
	describe(out, name, "gauge", "%s", words);
	for (size_t i = 0; i < status->count; i++) {
		int64_t value;

		memcpy(&value, (const char *)&status->list[i] + offset,
		    sizeof value);
		fprintf(out, "vhostadmin_%s{subscriber=\"", name);
		for (const char *at = status->list[i].name; *at; at++)
			fprintf(out, *at == '"' || *at == '\\' ? "\\%c" : "%c",
			    *at == '\n' ? ' ' : *at);
		fprintf(out, "\"} %lld\n", (long long)value);
	}
}

static void
print_all(FILE *out, const struct status *status)
{
	print_requests(out);
	describe(out, "start_time_seconds", "gauge", "When it was started.");
	fprintf(out, "vhostadmin_start_time_seconds %lld\n",
	    (long long)vhd_counters()->started);
	describe(out, "jobs_open", "gauge", "Jobs that have not ended.");
	fprintf(out, "vhostadmin_jobs_open %lld\n", (long long)status->jobs);
	describe(out, "objects", "gauge", "Objects that are not ok.");
	for (int i = VHD_OBJECT_PENDING; i <= VHD_OBJECT_DEGRADED; i++)
		fprintf(out, "vhostadmin_objects{state=\"%s\"} %lld\n",
		    vhd_object_state_name((enum vhd_objstate)i),
		    (long long)status->objects[i]);
	describe(out, "facts_total", "counter", "Facts of the journal.");
	fprintf(out, "vhostadmin_facts_total %lld\n", (long long)status->seq);
	print_subscribers(out, status, "subscriber_behind",
	    "Facts that a subscriber is to be told of.",
	    offsetof(struct vpop_subscriber_state, behind));
	print_subscribers(out, status, "subscriber_waiting",
	    "Facts that a subscriber is told of again.",
	    offsetof(struct vpop_subscriber_state, waiting));
	print_subscribers(out, status, "subscriber_dead",
	    "Facts that a subscriber could not take.",
	    offsetof(struct vpop_subscriber_state, dead));
}

void
vhd_metrics(struct vhd_call *call)
{
	struct status status = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	if (look(call, &status) == 0) {
		out = open_memstream(&text, &size);
		if (out)
			print_all(out, &status);
		if (!out || fclose(out) != 0) {
			free(text);
			text = NULL;
		}
		vhd_call_header(call, VHD_REPLY_TYPE, TYPE);
		vhd_call_text(call, 200, text);
	}
	free(status.list);
}
