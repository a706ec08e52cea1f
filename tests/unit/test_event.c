/* Events: schemas, publishing, subscribers and what they could not take. */
#include "config.h"

#include "vpop_event.h"

#include <jansson.h>
#include <unistd.h>

#include "core/event.h"
#include "core/journal.h"
#include "core/question.h"
#include "site.h"

static void
publish(const char *object, const char *type)
{
	const struct vpop_event_new event = {
		.type = type,
		.object = object,
		.domain = "",
		.new_json = "{\"zone\":\"z.example\",\"serial\":7}",
	};

	ck_assert_msg(
	    vpop_event_publish(vp, &event) == 0, "%s", vpop_message(vp));
}

/* The seq of the next fact; 0: none. */
static int64_t
next(struct vpop_subscriber *subscriber, const char *patterns)
{
	struct vpop_event event;
	int attempts, wait = 0;
	int code = vpop_subscriber_next(
	    subscriber, patterns, &event, &attempts, &wait);

	ck_assert_msg(code >= 0, "%s", vpop_message(vp));
	return code ? event.seq : 0;
}

static struct vpop_subscriber *
subscribe(const char *name)
{
	struct vpop_subscriber *subscriber = NULL;

	ck_assert_msg(vpop_subscriber_open(vp, name, &subscriber) == 0, "%s",
	    vpop_message(vp));
	return subscriber;
}

static struct vpop_subscriber_state
state(void)
{
	struct vpop_subscriber_state *list = NULL, one = { .position = -1 };
	size_t count = 0;

	ck_assert_int_eq(vpop_subscribers(vp, &list, &count), 0);
	if (count > 0)
		one = list[0];
	free(list);
	return one;
}

START_TEST(publishes_what_others_send)
{
	struct vpop_event_new event = { .type = "user.created",
		.object = "a@b.example",
		.domain = "b.example" };
	struct vpop_events *cursor;
	struct vpop_event got;

	ck_assert_int_eq(vpop_event_publish(vp, &event), VA_INVALID_ARGUMENT);
	event.type = "planet.moved";
	ck_assert_int_eq(vpop_event_publish(vp, &event), VA_INVALID_ARGUMENT);
	event.type = "ext.Planet";
	ck_assert_int_eq(vpop_event_publish(vp, &event), VA_INVALID_ARGUMENT);
	event.type = "ext.planet.moved";
	event.new_json = "[1]";
	ck_assert_int_eq(vpop_event_publish(vp, &event), VA_INVALID_ARGUMENT);
	event.new_json = "{\"key\":\"***\"}";
	ck_assert_int_eq(
	    vpop_set_actor(vp, "eve@b.example", "panel 192.0.2.7 r-17"), 0);
	ck_assert_int_eq(vpop_event_ask(vp, &event), 0);
	ck_assert_int_eq(vpop_event_publish(vp, &event), 0);
	ck_assert_int_eq(vpop_events_open(vp, NULL, &cursor), 0);
	ck_assert_int_eq(vpop_events_next(cursor, &got), 1);
	ck_assert_int_eq(got.seq, 1);

	json_t *json = json_loads(got.json, 0, NULL);
	const char *kind, *via, *address, *request, *object;
	int changed = 0;
	ck_assert_int_eq(
	    json_unpack(json,
		"{s:{s:s, s:s, s:s, s:s}, s:{s:s}, s:{s:n, s:{s:{s:b}}}}",
		"actor", "kind", &kind, "via", &via, "address", &address,
		"request", &request, "object", "kind", &object, "data", "old",
		"new", "key", "changed", &changed),
	    0);
	ck_assert_str_eq(kind, "account");
	ck_assert_str_eq(via, "panel");
	ck_assert_str_eq(address, "192.0.2.7");
	ck_assert_str_eq(request, "r-17");
	ck_assert_str_eq(object, "ext");
	ck_assert_int_eq(changed, 1);
	json_decref(json);
	ck_assert_int_eq(vpop_events_next(cursor, &got), 0);
	event.type = "zone.published";
	ck_assert_int_eq(vpop_event_publish(vp, &event), 0);
	ck_assert_int_eq(vpop_events_next(cursor, &got), 1);
	ck_assert_int_eq(got.seq, 2);
	vpop_events_close(cursor);
}
END_TEST

/* Every word of the table is understood. */
START_TEST(schemas_of_all_types)
{
	struct vpop_event_type type;
	size_t i;

	for (i = 0; vpop_event_type(i, &type) == 0; i++) {
		char *text = NULL;

		ck_assert_int_eq(vpop_event_schema(vp, type.name, &text), 0);
		json_t *schema = json_loads(text, 0, NULL);
		ck_assert_ptr_nonnull(json_object_get(schema, "properties"));
		json_decref(schema);
		free(text);
	}
	ck_assert_uint_ge(i, 50);
}
END_TEST

/* Changes end in another order than they begin: nobody misses one. */
START_TEST(seq_is_the_order_of_ends)
{
	struct vp_intent list[2] = {
		{ .event = "e.one", .object = "o", .domain = "" },
		{ .event = "e.two", .object = "p", .domain = "" }
	};
	struct vpop_events *cursor;
	struct vpop_event event;

	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_journal_intend(vp, list, 2), 0);
	ck_assert_int_eq(vpop_events_open(vp, NULL, &cursor), 0);
	ck_assert_int_eq(vpop_events_next(cursor, &event), 0);
	ck_assert_int_eq(vp_journal_commit(vp, &list[1], 1), 0);
	ck_assert_int_eq(vpop_events_next(cursor, &event), 1);
	ck_assert_str_eq(event.type, "e.two");
	ck_assert_int_eq(vp_journal_commit(vp, &list[0], 1), 0);
	ck_assert_int_eq(vpop_events_next(cursor, &event), 1);
	ck_assert_str_eq(event.type, "e.one");
	ck_assert_int_eq(event.seq, 2);
	vpop_events_close(cursor);
}
END_TEST

START_TEST(a_new_one_begins_at_the_end)
{
	publish("z.example", "zone.published");
	struct vpop_subscriber *subscriber = subscribe("one");
	ck_assert_int_eq(next(subscriber, NULL), 0);
	publish("z.example", "zone.published");
	ck_assert_int_eq(next(subscriber, NULL), 2);
	/* Not done: it comes again. */
	vpop_subscriber_close(subscriber);
	subscriber = subscribe("one");
	ck_assert_int_eq(next(subscriber, NULL), 2);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(next(subscriber, NULL), 0);
	vpop_subscriber_close(subscriber);
	subscriber = subscribe("one");
	ck_assert_int_eq(next(subscriber, NULL), 0);
	ck_assert_int_eq(state().behind, 0);
	vpop_subscriber_close(subscriber);
}
END_TEST

START_TEST(patterns_choose)
{
	struct vpop_subscriber *subscriber = subscribe("one");

	publish("z.example", "zone.created");
	publish("z.example", "zone.published");
	publish("s.example", "vhost.created");
	ck_assert_int_eq(next(subscriber, "user.* zone.published"), 2);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(next(subscriber, "user.* zone.published"), 0);
	ck_assert_int_eq(state().position, 3);
	vpop_subscriber_close(subscriber);
}
END_TEST

/* One object waits, others go on, and it is in order. */
START_TEST(a_failure_holds_its_object_only)
{
	struct vpop_subscriber *subscriber = subscribe("one");

	publish("a.example", "zone.created");
	publish("b.example", "zone.created");
	publish("a.example", "zone.updated");
	publish("b.example", "zone.updated");
	ck_assert_int_eq(next(subscriber, NULL), 1);
	ck_assert_int_eq(
	    vpop_subscriber_failed(subscriber, VPOP_TRY_AGAIN, "x\n"), 0);
	ck_assert_int_eq(next(subscriber, NULL), 2);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(next(subscriber, NULL), 4);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(next(subscriber, NULL), 0);
	ck_assert_int_eq(state().waiting, 2);
	ck_assert_str_eq(state().problem, "x?");
	vpop_subscriber_close(subscriber);

	subscriber = subscribe("one");
	int64_t got;
	while ((got = next(subscriber, NULL)) == 0)
		usleep(50000);
	ck_assert_int_eq(got, 1);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(next(subscriber, NULL), 3);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(next(subscriber, NULL), 0);
	ck_assert_int_eq(state().waiting, 0);
	vpop_subscriber_close(subscriber);
}
END_TEST

START_TEST(a_pause_holds_everything)
{
	struct vpop_subscriber *subscriber = subscribe("one");
	struct vpop_event event;
	int attempts = 0, wait = 0;

	publish("a.example", "zone.created");
	publish("b.example", "zone.created");
	ck_assert_int_eq(next(subscriber, NULL), 1);
	ck_assert_int_eq(
	    vpop_subscriber_failed(subscriber, VPOP_TRY_PAUSED, "x"), 0);
	ck_assert_int_eq(
	    vpop_subscriber_next(subscriber, NULL, &event, &attempts, &wait),
	    0);
	ck_assert_int_gt(wait, 0);
	ck_assert_int_le(wait, 1000);
	while (vpop_subscriber_next(
		   subscriber, NULL, &event, &attempts, &wait) == 0)
		usleep(50000);
	ck_assert_int_eq(event.seq, 1);
	ck_assert_int_eq(attempts, 1);
	vpop_subscriber_close(subscriber);
}
END_TEST

START_TEST(dead_letters)
{
	struct vpop_subscriber *subscriber = subscribe("one");
	struct vpop_dead_letter *list = NULL;
	size_t count = 0;
	int64_t number = 0;

	publish("a.example", "zone.created");
	publish("a.example", "zone.updated");
	ck_assert_int_eq(next(subscriber, NULL), 1);
	ck_assert_int_eq(
	    vpop_subscriber_failed(subscriber, VPOP_GIVE_UP, "no"), 0);
	/* What is dead holds nobody. */
	ck_assert_int_eq(next(subscriber, NULL), 2);
	ck_assert_int_eq(
	    vpop_subscriber_failed(subscriber, VPOP_GIVE_UP, "no"), 0);
	ck_assert_int_eq(next(subscriber, NULL), 0);
	ck_assert_int_eq(vpop_dead_letters(vp, NULL, &list, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(list[0].subscriber, "one");
	ck_assert_str_eq(list[0].problem, "no");
	free(list);
	ck_assert_int_eq(vpop_dead_letters(vp, "two", &list, &count), 0);
	ck_assert_uint_eq(count, 0);
	free(list);
	ck_assert_int_eq(vpop_dead_letters_retry(vp, "one", 1, &number), 0);
	ck_assert_int_eq(number, 1);
	ck_assert_int_eq(next(subscriber, NULL), 1);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(vpop_dead_letters_drop(vp, "one", 0, &number), 0);
	ck_assert_int_eq(number, 1);
	ck_assert_int_eq(state().dead, 0);
	vpop_subscriber_close(subscriber);
}
END_TEST

START_TEST(replays_and_forgets)
{
	struct vpop_subscriber *subscriber = subscribe("one");
	int64_t number = 0;

	for (int i = 0; i < 5; i++)
		publish("a.example", "zone.updated");
	ck_assert_int_eq(vpop_subscriber_replay(vp, "two", 1, 5, &number),
	    VA_INVALID_ARGUMENT);
	for (int64_t seq = 1; seq <= 5; seq++) {
		ck_assert_int_eq(next(subscriber, NULL), seq);
		ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	}
	ck_assert_int_eq(vpop_subscriber_replay(vp, "one", 2, 99, &number), 0);
	ck_assert_int_eq(number, 4);
	for (int64_t seq = 2; seq <= 5; seq++) {
		ck_assert_int_eq(next(subscriber, NULL), seq);
		ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	}
	ck_assert_int_eq(next(subscriber, NULL), 0);
	vpop_subscriber_close(subscriber);
	ck_assert_int_eq(vpop_subscriber_forget(vp, "one"), 0);
	ck_assert_int_eq(
	    vpop_subscriber_forget(vp, "one"), VA_INVALID_ARGUMENT);
}
END_TEST

START_TEST(a_domain_is_all_that_one_is_told_of)
{
	const struct vpop_event_filter named = { .object = "b.example" };
	struct vpop_event_new event = { .type = "zone.deleted",
		.old_json = "{\"zone\":\"z.example\"}" };
	struct vpop_subscriber *subscriber = subscribe("one");
	int64_t number = 0;

	ck_assert_int_eq(
	    vpop_subscriber_keep_to(subscriber, NULL), VA_INVALID_ARGUMENT);
	ck_assert_int_eq(vpop_subscriber_keep_to(subscriber, "b.example"), 0);
	for (int i = 0; i < 4; i++) {
		event.object = event.domain = i % 2 ? "b.example" : "a.example";
		ck_assert_int_eq(vpop_event_publish(vp, &event), 0);
	}
	ck_assert_int_eq(next(subscriber, NULL), 2);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(next(subscriber, NULL), 4);
	ck_assert_int_eq(
	    vpop_subscriber_failed(subscriber, VPOP_TRY_AGAIN, "no"), 0);
	ck_assert_int_eq(next(subscriber, NULL), 0);
	ck_assert_int_eq(vpop_subscriber_give_up(vp, "one", &number), 0);
	ck_assert_int_eq(number, 1);
	ck_assert_int_eq(state().dead, 1);
	ck_assert_int_eq(
	    vpop_subscriber_replay_found(vp, "one", &named, 3, &number), 0);
	ck_assert_int_eq(number, 1);
	ck_assert_int_eq(next(subscriber, NULL), 2);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	/* One of another domain is none of its, however it came to wait. */
	ck_assert_int_eq(vpop_subscriber_replay(vp, "one", 1, 1, &number), 0);
	ck_assert_int_eq(number, 1);
	ck_assert_int_eq(next(subscriber, NULL), 0);
	ck_assert_int_eq(state().waiting, 0);
	vpop_subscriber_close(subscriber);
}
END_TEST

/* What somebody needs is kept, and no seq comes twice. */
START_TEST(pruning_keeps_what_is_needed)
{
	struct vpop_subscriber *subscriber = subscribe("one");
	int64_t number = 0, last = 0;

	for (int i = 0; i < 5; i++)
		publish("a.example", "zone.updated");
	ck_assert_int_eq(next(subscriber, NULL), 1);
	ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(vpop_events_prune(vp, -1, &number), 0);
	ck_assert_int_eq(number, 1);
	while (next(subscriber, NULL) != 0)
		ck_assert_int_eq(vpop_subscriber_done(subscriber), 0);
	ck_assert_int_eq(vpop_events_prune(vp, -1, &number), 0);
	ck_assert_int_eq(number, 3);
	publish("a.example", "zone.updated");
	ck_assert_int_eq(vpop_events_last(vp, &last), 0);
	ck_assert_int_eq(last, 6);
	vpop_subscriber_close(subscriber);
}
END_TEST

START_TEST(sentences_of_hooks)
{
	static const struct {
		const char *output, *sentence;
	} cases[] = {
		{ "no\n", "no" },
		{ "no.  \nmore\n", "no" },
		{ "", NULL },
		{ "\n", NULL },
		{ "a\033[2J\n", NULL },
		{ "\xff\xfe\n", NULL },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
	};
	char longer[300];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(longer, sizeof longer, "%s", cases[i].output);
		int is_one = vp_question_sentence(longer);
		ck_assert_int_eq(is_one, cases[i].sentence != NULL);
		if (is_one)
			ck_assert_str_eq(longer, cases[i].sentence);
	}
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	ck_assert_int_eq(vp_question_sentence(longer), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { publishes_what_others_send,
		schemas_of_all_types, seq_is_the_order_of_ends,
		a_new_one_begins_at_the_end, patterns_choose,
		a_failure_holds_its_object_only, a_pause_holds_everything,
		dead_letters, replays_and_forgets,
		a_domain_is_all_that_one_is_told_of,
		pruning_keeps_what_is_needed, sentences_of_hooks, NULL };

	return site_main("event", tests);
}
