import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Tide {
    public static void main(String[] args) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/", exchange -> {
            byte[] answer = ("high tide, from Java " + Runtime.version().feature() + "\n").getBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }
}
