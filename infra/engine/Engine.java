import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * DynamoDB Local on the loopback interface: its own starter listens on every network and reports its use.
 *
 * <p>PORT (0: any that is free) [FOLDER to keep its data in; without it they end with the process]. Prints the port.
 * Ends when its input does: with whoever started it, however they ended.
 */
public class Engine {
    public static void main(String[] arguments) throws Exception {
        boolean forgetful = arguments.length < 2;
        var requests = new LocalDynamoDBRequestHandler(0, forgetful, forgetful ? null : arguments[1], true, false);
        var handler = new LocalDynamoDBServerHandler(requests, null);
        var server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])));
        server.setHandler(new DynamoDBProxyServer(0, handler).setUpHandler(handler));
        server.start();
        System.out.println(((ServerConnector) server.getConnectors()[0]).getLocalPort());
        System.in.transferTo(java.io.OutputStream.nullOutputStream());
        server.stop();
        System.exit(0);
    }
}
