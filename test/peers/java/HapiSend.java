import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.app.Connection;
import ca.uhn.hl7v2.llp.MinLowerLayerProtocol;
import ca.uhn.hl7v2.util.Terser;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * HAPI as a sender: `HapiSend PORT plain|tls FILE...` parses each file with HAPI, sends it, and prints MSA-1 and MSA-2 of
 * the answer, one a line. The trust store is Java's own setting (`javax.net.ssl.trustStore`).
 */
public final class HapiSend {
  private HapiSend() {}

  public static void main(String[] arguments) throws Exception {
    var words = List.of(arguments);
    try (var context = new DefaultHapiContext()) {
      context.setValidationContext(ValidationContextFactory.noValidation());
      context.setLowerLayerProtocol(new MinLowerLayerProtocol(true)); // as MSH-18 says, not ASCII
      Connection connection =
          context.newClient("127.0.0.1", Integer.parseInt(words.get(0)), words.get(1).equals("tls"));
      for (String file : words.subList(2, words.size())) {
        String text = Files.readString(Path.of(file), StandardCharsets.UTF_8);
        var message = context.getGenericParser().parse(text);
        var answer = new Terser(connection.getInitiator().sendAndReceive(message));
        System.out.println(answer.get("/.MSA-1") + " " + answer.get("/.MSA-2"));
      }
      connection.close();
    }
    System.exit(0);
  }
}
