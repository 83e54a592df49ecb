using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>A certificate of a test's own, and clients that take it and no other.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly X509Certificate2 _certificate;

    public Certificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var signed = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        _certificate = X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null);
    }

    public SslServerAuthenticationOptions Server() =>
        new() { ServerCertificateContext = SslStreamCertificateContext.Create(_certificate, null, offline: true), EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };

    public SslClientAuthenticationOptions Client() => new() { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, given, _, _) => given?.GetCertHashString() == _certificate.GetCertHashString() };

    public void Dispose() => _certificate.Dispose();
}
