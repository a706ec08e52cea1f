# Requests that libraries for HTTP would not send, over raw connections.
# Prints "ok words" or "not ok words" for each.
use strict;
use warnings;
use IO::Socket::INET;

my $head = "Host: localhost\r\n";

# The statuses of all answers on the connection, until it is closed.
sub ask {
	my ($bytes) = @_;
	my $socket = IO::Socket::INET->new(
		PeerAddr => '127.0.0.1',
		PeerPort => $ENV{PORT}
	) or die "connect: $!";
	local $SIG{PIPE} = 'IGNORE';
	syswrite $socket, $bytes;
	my ($answer, $part) = ('', '');
	local $SIG{ALRM} = sub { die "no answer\n" };
	alarm 30;
	eval { $answer .= $part while sysread $socket, $part, 65536 };
	alarm 0;
	return join ' ', $answer =~ m{HTTP/1\.1 (\d{3}) }g;
}

sub expect {
	my ($words, $wanted, $bytes) = @_;
	my $got = ask($bytes);
	print $got =~ /^(?:$wanted)$/ ? 'ok ' : 'not ok ', $words,
	    $got =~ /^(?:$wanted)$/ ? '' : ": got '$got'", "\n";
}

# A refusal ends the connection: what follows is not looked at.  libmicrohttpd
# repeats the head of those that are its own.
sub refused {
	my ($words, $status, $bytes) = @_;
	expect($words, "(?:$status)(?: (?:$status))?", $bytes . "GET /after HTTP/1.1\r\n$head\r\n");
}

sub accepted {
	expect(@_);
}

sub get {
	my ($path, $fields) = @_;
	return "GET $path HTTP/1.1\r\n$head" . ($fields // '') . "\r\n";
}

my $get = '/api/v1/sessions/current';
my $post = "POST $get HTTP/1.1\r\n$head";

accepted('two requests on a connection', '401 401',
	get($get) . get($get, "Connection: close\r\n"));
refused('two lengths', 400,
	$post . "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello");
refused('the same length twice', 400,
	$post . "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello");
refused('a length and chunks', 400,
	$post . "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
refused('two encodings', 400,
	$post . "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n");
refused('an unknown encoding', 501,
	$post . "Transfer-Encoding: gzip, chunked\r\n\r\n");
refused('a length with a sign', 400, $post . "Content-Length: +5\r\n\r\nhello");
refused('a negative length', 400, $post . "Content-Length: -5\r\n\r\nhello");
refused('a list of lengths', 400, $post . "Content-Length: 5, 5\r\n\r\nhello");
refused('a length that no number holds', '400|413',
	$post . "Content-Length: 99999999999999999999\r\n\r\n");
refused('a body that is too large', 413,
	$post . "Content-Length: 99999999\r\n\r\n");
refused('a body to read with', 400,
	get($get, "Content-Length: 5\r\n") . 'hello');
refused('a compressed body', 415,
	$post . "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello");
refused('an expectation', 417, get($get, "Expect: miracles\r\n"));
refused('no host', 400, "GET $get HTTP/1.1\r\n\r\n");
refused('two hosts', 400, get($get, "Host: other\r\n"));
refused('a host that is none', 400, "GET $get HTTP/1.1\r\nHost: a/b\r\n\r\n");
refused('two authorizations', 400,
	get($get, "Authorization: a\r\nAuthorization: b\r\n"));
refused('two types', 400,
	get($get, "Content-Type: text/plain\r\ncontent-type: text/plain\r\n"));
refused('two cookies', 400, get($get, "Cookie: a=1\r\nCookie: a=2\r\n"));
refused('a blank before the colon', 400, get($get, "X-Request-Id : 1\r\n"));
refused('a header name with a slash', 400, get($get, "a/b: 1\r\n"));
refused('a byte in a header', 400, get($get, "X-Request-Id: a\x01b\r\n"));
refused('a header in Latin-1', 400, get($get, "User-Agent: a\xe4b\r\n"));
refused('many headers', 431, get($get, join '', map { "x$_: 1\r\n" } 1 .. 70));
refused('a long header', 431, get($get, 'x: ' . 'a' x 5000 . "\r\n"));
refused('a method that is unknown', 501,
	"BREW $get HTTP/1.1\r\n$head\r\n");
refused('a method in small letters', 501,
	"get $get HTTP/1.1\r\n$head\r\n");
refused('an old version', 505, "GET $get HTTP/1.0\r\n$head\r\n");
refused('dots', 400, get('/api/v1/../v1/sessions/current'));
refused('dots in escapes', 400, get('/api/v1/%2e%2E/sessions'));
refused('a slash in an escape', 400, get('/api/v1/a%2fb'));
refused('a backslash', 400, get('/api/v1/a%5cb'));
refused('an empty segment', 400, get('/api//v1'));
refused('a NUL in the path', 400, get('/api/v1/a%00b'));
refused('a line feed in the path', 400, get('/api/v1/a%0ab'));
refused('half an escape', 400, get('/api/v1/a%4'));
refused('a bad escape', 400, get('/api/v1/%zz'));
refused('a path that is no UTF-8', 400, get('/api/v1/%ff'));
refused('a path with an overlong slash', 400, get('/api/v1/%c0%af'));
refused('a bad escape in the query', 400, get("$get?a=%g0"));
refused('a NUL in the query', 400, get("$get?a=%00"));
refused('an argument twice', 400, get("$get?a=1&a=2"));
refused('an address with a scheme', 400, get("http://localhost$get"));
refused('a long address', '414', get('/' . 'a' x 5000));
refused('a deep path', 414, get('/a' x 20));
accepted('an escape that is not needed', '401', 
	get('/api/v1/sessions/%63urrent', "Connection: close\r\n"));
