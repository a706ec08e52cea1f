#!/bin/sh
# vhostadmind: a domain is suspended by all modules or by none.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
ok 'a domain' vadddomain --no-password example.com
panel_mail
MODULES=$PANEL_MODULES
. "${srcdir:-.}/tests/panel/modules.sh"
verbs='"verbs": ["suspend", "resume"],'
state=$SITE/home/var/modules
module() { # NAME FAULT REQUIRED
	module_make "$1" "$2" "$verbs ${3:+\"requires\": [\"$3\"],}" "$1s"
	sed -i 's/"seconds": 1/"seconds": 60/' "$MODULES/$1/module.json"
	mkdir -p "$state/$1"
	chown -R "$SITE_UID:$SITE_GID" "$state"
}
# By their names they would come in another order.
module zone ''
module house '' zone
module idle ''
sed -i 's/"suspend", "resume"//' "$MODULES/idle/module.json"
panel_start

order() { # what they were asked, which is forgotten
	tr '\n' ' ' <"$state/order" 2>/dev/null
	rm -f "$state/order"
}
act() { # ACTION [BODY]
	api POST "/domains/example.com/actions/$1" -H "$JSON" -d "${2:-{\}}"
}
looks() { # WORDS STATE
	api GET /domains/example.com
	is "$1" "$(got .state)" "$2"
}
act suspend '{"reason":"not paid"}'
is 'all suspend it' "$status" 200
is 'those that are required first' "$(order)" \
    'zone suspend example.com house suspend example.com '
looks 'and the mail' suspended
is 'with the reason' "$(got .reason)" 'not paid'
act resume
is 'all resume it' "$status $(order)" \
    '200 zone resume example.com house resume example.com '
looks 'and the mail, too' active

# ---- the one whose action it is cannot ----------------------------------------
act suspend '{"reason":"two\nlines"}'
is 'mail refuses' "$status" 422
is 'all is taken back, last first' "$(order)" \
    'zone suspend example.com house suspend example.com house undo example.com zone undo example.com '
looks 'it is open' active

# ---- another one cannot -----------------------------------------------------------
fault() { # NAME FAULT
	panel_stop
	sed -i "s/\"run\", \"[a-z-]*\"/\"run\", \"$2\"/" \
	    "$MODULES/$1/module.json"
	panel_start
}
fault house cannot-suspend
act suspend
is 'one refuses' "$status $(got .detail)" '403 not this one'
is 'what was before it is taken back' "$(order)" \
    'zone suspend example.com zone undo example.com '
looks 'mail was not asked' active
fault house ends
act suspend
is 'one does not live' "$status" 503
is 'nothing was begun' "$(order)" ''
looks 'mail was not asked either' active

fault house dies-after
act suspend
is 'one dies of it' "$status" 503
is 'it is taken back as well' "$(order)" \
    'zone suspend example.com house suspend example.com house undo example.com zone undo example.com '
looks 'it is open as before' active

# ---- it cannot be taken back -------------------------------------------------------
fault zone cannot-undo
fault house cannot-suspend
act suspend
is 'one refuses, another cannot go back' "$status" 403
looks 'the domain is open' active
is 'but degraded' "$(got ._state.state)" degraded
like 'because of that module' "$(got ._state.reason)" \
    "*'zone' could not take back its part of 'suspend'*"
panel_stop
done_testing
