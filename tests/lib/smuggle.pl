# Requests that two HTTP readers in a row could cut differently, sent to the
# first of them.  After each, others ask on connections of their own: a
# request that got through hidden in another would shift the answers.
# Prints "ok words" or "not ok words" for each.
use strict;
use warnings;
use IO::Socket::INET;

my $path = '/api/v1/sessions/current';          # answers 401
my $hidden = "GET /api/v1/hidden HTTP/1.1\r\nHost: localhost\r\nX: "; # 404
my $post = "POST $path HTTP/1.1\r\nHost: localhost\r\n";

sub ask {
	my ($bytes) = @_;
	my $socket = IO::Socket::INET->new(
		PeerAddr => '127.0.0.1',
		PeerPort => $ENV{PORT}
	) or die "connect: $!";
	local $SIG{PIPE} = 'IGNORE';
	syswrite $socket, $bytes;
	shutdown $socket, 1;
	my ($answer, $part) = ('', '');
	local $SIG{ALRM} = sub { die "no answer\n" };
	alarm 30;
	eval { $answer .= $part while sysread $socket, $part, 65536 };
	alarm 0;
	return $answer;
}

# Others, at once more than connections that lead to the panel.
sub others {
	my $wrong = 0;
	for (1 .. 6) {
		my $answer =
		    ask("GET $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
		my @status = $answer =~ m{HTTP/1\.1 (\d{3}) }g;
		$wrong++ unless "@status" eq '401';
	}
	return $wrong;
}

# The panel must not have seen the hidden request, nor anybody its answer.
sub attack {
	my ($words, $bytes) = @_;
	my $answer = ask($bytes);
	my $seen = $answer =~ m{HTTP/1\.1 404 };
	my $wrong = others();
	my $good = !$seen && $wrong == 0;
	print $good ? 'ok ' : 'not ok ', $words,
	    $good ? '' : ": hidden answered: " . ($seen ? 1 : 0) . ", wrong answers: $wrong",
	    "\n";
}

# A request whose real end is after its hidden part, in one reading; the
# length leaves the hidden part out in the other.
my $chunk = sprintf "%x\r\n%s\r\n0\r\n\r\n", length $hidden, $hidden;
my $length = length $hidden;

# The trap works: sent openly, the hidden request is answered.
print ask("GET $path HTTP/1.1\r\nHost: localhost\r\n\r\n${hidden}1\r\n\r\n") =~
    m{HTTP/1\.1 404 } ? 'ok ' : 'not ok ', "a hidden request would be seen\n";
attack('a length and chunks', "${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n$chunk");
attack('chunks and a length', "${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n$chunk");
attack('two lengths', "${post}Content-Length: 0\r\nContent-Length: $length\r\n\r\n$hidden");
attack('two lengths, the other way', "${post}Content-Length: $length\r\nContent-Length: 0\r\n\r\n$hidden");
attack('a list of lengths', "${post}Content-Length: 0, $length\r\n\r\n$hidden");
attack('a length with a sign', "${post}Content-Length: +$length\r\n\r\n$hidden");
attack('a hexadecimal length', "${post}Content-Length: 0x10\r\n\r\n$hidden");
attack('an obscure encoding', "${post}Transfer-Encoding: xchunked\r\nContent-Length: $length\r\n\r\n$hidden");
attack('an encoding behind a tab', "${post}Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n\r\n$chunk");
attack('a blank before the colon', "${post}Transfer-Encoding : chunked\r\nContent-Length: 4\r\n\r\n$chunk");
attack('two encodings', "${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\nContent-Length: 4\r\n\r\n$chunk");
attack('a folded encoding', "${post}Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\n$chunk");
attack('an encoding behind a bare line feed', "${post}X: 1\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n$chunk");
attack('an encoding behind a bare return', "${post}X: 1\rTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n$chunk");
attack('a NUL in a header', "${post}X: 1\0\r\nContent-Length: $length\r\n\r\n$hidden");
attack('a chunk with a huge size', "${post}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n$hidden\r\n0\r\n\r\n");
attack('a chunk with an extension', "${post}Transfer-Encoding: chunked\r\n\r\n4;a=\"\n\"\r\nabcd\r\n0\r\n\r\n" . "X: $hidden");
attack('chunks with bare line feeds', "${post}Transfer-Encoding: chunked\r\n\r\n4\nabcd\n0\n\n");
attack('a chunk that is longer than it says', "${post}Transfer-Encoding: chunked\r\n\r\n1\r\n$hidden\r\n0\r\n\r\n");
attack('trailers', "${post}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: $length\r\n\r\n");
attack('a body that nobody expects', "GET $path HTTP/1.1\r\nHost: localhost\r\nContent-Length: $length\r\n\r\n$hidden");
attack('an upgrade', "GET $path HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
attack('headers that concern the connection', "${post}Connection: close, Content-Length\r\nContent-Length: $length\r\n\r\n$hidden");
attack('a line feed in the path', "GET $path%0d%0aX:%201 HTTP/1.1\r\nHost: localhost\r\n\r\n");
attack('a blank in the path', "GET $path HTTP/1.1 /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n");
attack('an expectation', "${post}Expect: 100-continue\r\nContent-Length: $length\r\n\r\n$hidden");
