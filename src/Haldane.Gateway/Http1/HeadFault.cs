namespace Haldane.Gateway.Http1;

/// <summary>Why a message cannot be read in one way only. <see cref="None"/>: it can.</summary>
internal enum HeadFault
{
    None,
    BareLineFeed,
    RequestLine,
    StatusLine,
    Version,
    Target,
    TargetTooLong,
    TargetNotHost,
    FieldName,
    FieldValue,
    FoldedField,
    TooLarge,
    TooManyFields,
    NoHost,
    RepeatedHost,
    Host,
    RepeatedLength,
    Length,
    LengthAndChunked,
    TransferCoding,
    UnknownTransferCoding,
    ChunkedBeforeHttp11,
    Expectation,
}

/// <summary>How a fault is answered.</summary>
internal static class HeadFaults
{
    /// <summary>The status of the answer to a request with a fault.</summary>
    public static int Status(this HeadFault fault) => fault switch
    {
        HeadFault.Version => StatusCodes.Status505HttpVersionNotsupported,
        HeadFault.TargetTooLong => StatusCodes.Status414UriTooLong,
        HeadFault.TooLarge or HeadFault.TooManyFields => StatusCodes.Status431RequestHeaderFieldsTooLarge,
        HeadFault.UnknownTransferCoding => StatusCodes.Status501NotImplemented,
        HeadFault.Expectation => StatusCodes.Status417ExpectationFailed,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>What is wrong, for the one who sent it.</summary>
    public static string Said(this HeadFault fault) => fault switch
    {
        HeadFault.BareLineFeed => "a line ends without a carriage return",
        HeadFault.RequestLine => "the request line is not 'METHOD target HTTP/1.1'",
        HeadFault.StatusLine => "the status line is not 'HTTP/1.1 200 reason'",
        HeadFault.Version => "the version is not HTTP/1.1 or HTTP/1.0",
        HeadFault.Target => "the request target is not a path",
        HeadFault.TargetTooLong => "the request target is too long",
        HeadFault.TargetNotHost => "the request target names another host than the Host field",
        HeadFault.FieldName => "a field name is empty, holds a character that no name may, or has a blank before its colon",
        HeadFault.FieldValue => "a field value holds a control character",
        HeadFault.FoldedField => "a field goes on in a second line",
        HeadFault.TooLarge => "the head is too large",
        HeadFault.TooManyFields => "the head has too many fields",
        HeadFault.NoHost => "there is no Host field",
        HeadFault.RepeatedHost => "there is more than one Host field",
        HeadFault.Host => "the Host field is not a host",
        HeadFault.RepeatedLength => "there is more than one Content-Length",
        HeadFault.Length => "the Content-Length is not a number of digits",
        HeadFault.LengthAndChunked => "there are both Content-Length and Transfer-Encoding",
        HeadFault.TransferCoding => "the body does not end with the chunked coding",
        HeadFault.UnknownTransferCoding => "the transfer coding is not known here",
        HeadFault.ChunkedBeforeHttp11 => "HTTP/1.0 has no Transfer-Encoding",
        HeadFault.Expectation => "the expectation is not 100-continue",
        _ => "the message is well formed",
    };
}
