import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Preview {
    public static void main(String[] args) throws Exception {
        byte[] answer = ("Java " + Runtime.version().feature() + "\n").getBytes();
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }
}
