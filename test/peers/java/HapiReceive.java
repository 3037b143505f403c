import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.app.HL7Service;
import ca.uhn.hl7v2.llp.MinLowerLayerProtocol;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.util.Terser;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import java.io.IOException;
import java.util.Map;

/**
 * HAPI's simple server: parses each message and acknowledges it from memory. `HapiReceive PORT [tls] [quiet]` says
 * `listening` and, unless quiet, MSH-10 of each message, one a line. It ends with its standard input.
 */
public final class HapiReceive implements ReceivingApplication<Message> {
  private final boolean quiet;

  private HapiReceive(boolean quiet) {
    this.quiet = quiet;
  }

  public static void main(String[] arguments) throws Exception {
    var words = java.util.List.of(arguments);
    try (var context = new DefaultHapiContext()) {
      context.setValidationContext(ValidationContextFactory.noValidation());
      context.setLowerLayerProtocol(new MinLowerLayerProtocol(true)); // as MSH-18 says, not ASCII
      HL7Service server = context.newServer(Integer.parseInt(words.get(0)), words.contains("tls"));
      server.registerApplication("*", "*", new HapiReceive(words.contains("quiet")));
      server.startAndWait();
      System.out.println("listening");
      while (System.in.read() != -1) {
        // the parent holds it open for as long as it needs us
      }
      server.stop();
    }
    System.exit(0);
  }

  @Override
  public Message processMessage(Message message, Map<String, Object> metadata) throws HL7Exception {
    if (!quiet) System.out.println(new Terser(message).get("/.MSH-10"));
    try {
      return message.generateACK();
    } catch (IOException cause) {
      throw new HL7Exception(cause);
    }
  }

  @Override
  public boolean canProcess(Message message) {
    return true;
  }
}
