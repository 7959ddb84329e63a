require "socket"
require "fletcher/fletcher"

trap("TERM") { exit }
server = TCPServer.new("0.0.0.0", 4567)
loop do
  client = server.accept
  client.gets
  body = format("%04x\n", Fletcher.sum("abcde"))
  client.write "HTTP/1.1 200 OK\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}"
  client.close
end
