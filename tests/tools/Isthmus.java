// Isthmus SCHEMA QUERY...: Substrait plans, by isthmus, of files with one query
// each, over the tables that the first file creates. QUERY.pb is the plan of
// QUERY; of what isthmus does not take QUERY.error says why. Run as a source
// file with isthmus's jar on the class path.

import io.substrait.isthmus.SqlToSubstrait;
import io.substrait.isthmus.sql.SubstraitCreateStatementParser;
import io.substrait.plan.PlanProtoConverter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

public class Isthmus {
  public static void main(String[] files) throws Exception {
    var tables = SubstraitCreateStatementParser.processCreateStatementsToCatalog(
        Files.readString(Path.of(files[0])));
    for (String file : Arrays.asList(files).subList(1, files.length)) {
      try {
        var plan = new SqlToSubstrait().convert(
            Files.readString(Path.of(file)), tables);
        Files.write(Path.of(file + ".pb"),
            new PlanProtoConverter().toProto(plan).toByteArray());
      } catch (Exception | LinkageError error) {
        Files.writeString(Path.of(file + ".error"), String.valueOf(error));
      }
    }
  }
}
