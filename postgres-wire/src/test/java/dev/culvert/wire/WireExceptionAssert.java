package dev.culvert.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.Severity;
import dev.culvert.wire.error.WireException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Expectations about what a peer is told. */
public final class WireExceptionAssert {
    private WireExceptionAssert() {}

    /** The call refuses the peer: FATAL, this code, this in the message, and with a hint. */
    public static ErrorResponse assertRefused(
            ThrowingCallable call, String sqlState, String inMessage) {
        WireException thrown = catchThrowableOfType(WireException.class, call);
        assertThat(thrown).as("expected a refusal with %s", sqlState).isNotNull();
        assertThat(thrown.getStackTrace()).isEmpty();
        ErrorResponse response = thrown.response();
        assertThat(response.severity()).isEqualTo(Severity.FATAL);
        assertThat(response.sqlState()).isEqualTo(sqlState);
        assertThat(response.message()).contains(inMessage);
        assertThat(response.hint()).isNotBlank();
        return response;
    }
}
